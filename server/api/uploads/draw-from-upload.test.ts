import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { remoteDrawer } from "../../../src/generation/remote-drawer.ts";
import type { GenerationRequest } from "../../../src/contracts/request.ts";
import { DEPLOYMENTS, type Deployment } from "../../tests/deployments.ts";
import { ScriptedWorker, smallPng } from "../../tests/scripted-worker.ts";

const request: GenerationRequest = {
  prompt: "a cat",
  negativePrompt: "",
  promptSyntax: "plain",
  model: "tiny-sd",
  numSteps: 2,
  guidanceScale: 1,
  scheduler: "ddim",
  sigmas: "default",
  seed: 7,
  width: 64,
  height: 64,
  initImage: "a picture of this page",
  maskImage: "a mask of this page",
  strength: 1,
};

describe.each(DEPLOYMENTS)("the page's drawer and input pictures on $name", ({ start }) => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await start();
    const owner = await deployment.server.owner();
    const { url } = deployment.server;
    // As in a page: its own paths, its owner's cookie; here a token, since node keeps no cookies.
    const real = globalThis.fetch;
    vi.stubGlobal("navigator", {});
    vi.stubGlobal("fetch", (path: string, init: RequestInit = {}) => {
      if (!path.startsWith("/")) return real(path, init);
      const headers = new Headers(init.headers);
      headers.set("authorization", `Bearer ${owner.token}`);
      return real(`${url}${path}`, { ...init, headers });
    });
  });
  afterAll(async () => {
    vi.unstubAllGlobals();
    await deployment.close();
  });

  const draw = (inputs: { initImage?: Blob; maskImage?: Blob }, jobId: string) =>
    remoteDrawer.draw(request, "server", {
      jobId,
      signal: new AbortController().signal,
      inputs,
      onProgress: () => undefined,
    });

  test("they are uploaded first, and the worker gets their very bytes; what it says comes back", async () => {
    const [init, mask, result] = [
      await smallPng("#112233"),
      await smallPng("#ffffff"),
      await smallPng("#445566"),
    ];
    const blob = (bytes: Uint8Array) => new Blob([Buffer.from(bytes)], { type: "image/png" });
    const drawing = draw({ initImage: blob(init), maskImage: blob(mask) }, "job-1");

    const worker = new ScriptedWorker(deployment.server);
    const claim = await worker.mustClaim();
    expect(claim.request).toMatchObject({ seed: 7, strength: 1 });
    const bytesAt = async (url: string | undefined) =>
      new Uint8Array(await (await fetch(url ?? "")).arrayBuffer());
    expect(await bytesAt(claim.inputs.initImage)).toEqual(init);
    expect(await bytesAt(claim.inputs.maskImage)).toEqual(mask);
    await worker.finish(claim, result, ["Its processor drew it instead."]);

    const drawn = await drawing;
    expect(new Uint8Array(await drawn.png.arrayBuffer())).toEqual(result);
    expect(drawn.result.notices).toEqual(["Its processor drew it instead."]);
  });

  test("what is no picture is refused before it is drawn", async () => {
    const text = new Blob(["words"], { type: "text/plain" });
    await expect(draw({ initImage: text }, "job-2")).rejects.toMatchObject({ code: "unsupported_media" });
    const huge = new Blob([new Uint8Array(10 * 1024 * 1024 + 1)], { type: "image/png" });
    await expect(draw({ initImage: huge }, "job-3")).rejects.toMatchObject({ code: "payload_too_large" });
  });
});
