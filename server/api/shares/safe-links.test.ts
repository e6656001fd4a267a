import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SafetyRule } from "../../../src/contracts/safety.ts";
import { SEALED_TYPE } from "../../../src/contracts/sealed-picture.ts";
import { SEEING_MANIFEST } from "../../../src/contracts/seeing-manifest.ts";
import { DEPLOYMENTS, type Deployment } from "../../tests/deployments.ts";
import { smallPng } from "../../tests/scripted-worker.ts";
import type { OwnerClient } from "../../tests/test-server.ts";
import { installTinySeeing } from "../../tests/tiny-seeing.ts";
import { until } from "../../tests/until.ts";
import { startWorkerProcess } from "../../tests/worker-process.ts";

/** The random classifier's labels, of which one is always the likeliest. */
const ALL = "apple bell cat dog egg fox guitar house island jar kite".split(" ");
const EVERYTHING: SafetyRule = { labels: ALL, threshold: 0.9 };
const NOTHING: SafetyRule = { labels: ["apple"], threshold: 1 };

let dataFolder: string;
let manifestFile: string;
let deployment: Deployment;
let owner: OwnerClient;

beforeAll(async () => {
  dataFolder = mkdtempSync(join(tmpdir(), "easel-test-"));
  manifestFile = join(installTinySeeing(dataFolder, "vit", undefined, EVERYTHING), SEEING_MANIFEST);
  deployment = await DEPLOYMENTS[0]!.start({ DATA_DIR: dataFolder, PRIVATE_LINKS: "false" });
  owner = await deployment.server.owner();
});
afterAll(async () => {
  await deployment.close();
  rmSync(dataFolder, { recursive: true, force: true });
});

async function uploaded(bytes: Uint8Array): Promise<string> {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const announced = { purpose: "share", content_type: "image/png", bytes: bytes.length, sha256 };
  const { id, put } = (await (await owner.call("POST", "/api/uploads", announced)).json()) as {
    id: string;
    put: { url: string; headers: Record<string, string> };
  };
  await fetch(put.url, { method: "PUT", headers: put.headers, body: Buffer.from(bytes) });
  expect((await owner.call("POST", `/api/uploads/${id}/complete`)).status).toBe(200);
  return id;
}

/** The code that a link to this upload is refused with; null: it was made. */
async function refusal(uploadId: string): Promise<string | null> {
  const reply = await owner.call("POST", "/api/shares", { upload_id: uploadId, prompt: "a house" });
  if (reply.status === 201) return null;
  return ((await reply.json()) as { error: { code: string } }).error.code;
}

function linked(): string[] {
  const folder = join(dataFolder, "objects/shares");
  const all = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  return all.filter((path) => path.endsWith(".png"));
}

test("a picture from a browser is looked at before it has a link: none while nobody can, none for an unsafe one", async () => {
  const id = await uploaded(await smallPng("#aa8800"));
  expect(await refusal(id)).toBe("no_backend");
  const worker = startWorkerProcess(deployment.server, {
    prepare: (folder) => void installTinySeeing(folder, "vit", undefined, EVERYTHING),
  });
  try {
    await until("a worker looks", 60_000, async () => (await refusal(id)) === "unsafe_picture");
    expect(linked()).toEqual([]);
    expect(await owner.get("/api/shares")).toEqual({ shares: [] });
    // The same model by another rule, which the server reads anew.
    const manifest = JSON.parse(readFileSync(manifestFile, "utf8")) as object;
    writeFileSync(manifestFile, JSON.stringify({ ...manifest, unsafe: NOTHING }));
    await until("the rule is read", 10_000, async () => (await refusal(id)) === null);
    expect(linked()).toHaveLength(1);
  } finally {
    await worker.close();
  }
});

test("private links, which nobody can look at, are refused where the operator wants none, before anything is sent", async () => {
  const announced = {
    purpose: "private_share",
    content_type: SEALED_TYPE,
    bytes: 100,
    sha256: "0".repeat(64),
  };
  const reply = await owner.call("POST", "/api/uploads", announced);
  expect(reply.status).toBe(403);
  expect(await reply.json()).toMatchObject({ error: { code: "forbidden" } });
  // What the page asks on start: it does not offer them then.
  expect(await owner.get("/api/models")).toMatchObject({ private_links: false });
});
