import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { wantedFromRepository } from "./hub-model.ts";
import { emptyStore, LibraryTab, resetHub, verifiedFiles } from "./tests/library-tab.ts";

const never = new AbortController().signal;
let tab: LibraryTab;

beforeEach(async () => {
  await emptyStore();
  await resetHub();
  tab = await LibraryTab.open();
});
afterEach(() => tab.kill());

test("a hub's repository arrives with the sizes and hashes that the hub lists, small files by git's own name", async () => {
  const hub = { address: inject("hub"), token: null };
  const wanted = await wantedFromRepository(never, hub, "easel/tiny-sd");
  expect(wanted.model).toMatchObject({ id: "easel/tiny-sd", family: "sd", sizes: [[64, 64]] });
  const byPath = new Map(wanted.files.map((file) => [file.path, file]));
  expect(byPath.get("unet/model.onnx")).toMatchObject({ size: 104_923, gitOid: null });
  expect(byPath.get("unet/model.onnx")!.sha256).toMatch(/^7e5fa232/);
  expect(byPath.get("model_index.json")).toMatchObject({ sha256: null });
  expect(byPath.has("README.md")).toBe(false);

  // The two configurations of its autoencoder are the same bytes, and come once.
  expect(byPath.get("vae_encoder/config.json")!.gitOid).toBe(byPath.get("vae_decoder/config.json")!.gitOid);
  await tab.api.want(wanted);
  const state = await tab.settled("easel/tiny-sd");
  expect(state).toMatchObject({ place: "installed" });
  await verifiedFiles();

  // A small file that is another one than git knows is refused as well.
  const other = wanted.files.map((file) =>
    file.gitOid === null ? file : { ...file, gitOid: "0".repeat(40) },
  );
  await tab.api.remove("easel/tiny-sd");
  await tab.api.want({ ...wanted, files: other });
  expect(await tab.settled("easel/tiny-sd")).toMatchObject({
    wanted: { error: { code: "model_corrupt", message: expect.stringContaining("git object") as unknown } },
  });
});
