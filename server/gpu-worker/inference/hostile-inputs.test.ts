import { afterAll, beforeAll, expect, test } from "vitest";
import { asFailure } from "../../../src/contracts/errors.ts";
import { completeRequest } from "../../../src/core/request/complete-request.ts";
import { hostileFiles, type HostileFile } from "../../tests/hostile-files.ts";
import { startInference, type InferenceChild } from "./client.ts";
import { openDiskModel } from "./disk-models.ts";

let child: InferenceChild;
let files: HostileFile[];

beforeAll(async () => {
  files = await hostileFiles();
  child = startInference({ modelsDirs: ["models/tiny"], provider: "cpu", warmMegabytes: 0 });
});
afterAll(() => child.close());

test("R16: the process that decodes them refuses hostile files by name, or draws from them, and never dies", async () => {
  const { manifest } = await openDiskModel("models/tiny/sd");
  const request = completeRequest(
    { prompt: "a cat", numSteps: 1, seed: 3, initImage: "a hostile file", strength: 1 },
    manifest,
    () => 0,
  );
  const draw = (initImage: Uint8Array) =>
    child.draw(request, () => undefined, new AbortController().signal, { initImage });
  const { pid } = child;
  const drawn: string[] = [];
  for (const { name, bytes } of files) {
    const failure = await draw(bytes).then(() => void drawn.push(name), asFailure);
    if (failure !== undefined) expect([name, failure.code]).toEqual([name, "unsupported_media"]);
  }
  expect(child.pid).toBe(pid);
  expect(drawn).toContain("a PNG and a page");
  expect(drawn).not.toContain("a PNG of noise");
}, 60_000);
