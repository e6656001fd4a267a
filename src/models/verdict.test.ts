import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { catalogueEntrySchema } from "../contracts/catalogue.ts";
import type { DeviceProfile } from "../contracts/device.ts";
import { CATALOGUE, findInCatalogue } from "./catalogue.ts";
import { DEVICES } from "./tests/devices.ts";
import { judge, type Verdict } from "./verdict.ts";

const MINI = "easel-mini";
const TURBO = "schmuell/sd-turbo-ort-web";
const SD15 = "nmkd/stable-diffusion-1.5-onnx-fp16";

function verdictOn(device: DeviceProfile, id: string, onServer = false): Verdict {
  const entry = findInCatalogue(id)!;
  return judge({ ...entry, installed: false, onServer, measuredWasmSeconds: null }, device);
}

describe("the verdict on a recorded device", () => {
  it.each<[keyof typeof DEVICES, string, Verdict["kind"], RegExp]>([
    ["desk", TURBO, "well", /about \d+ s on its GPU/],
    ["desk", SD15, "well", /on its GPU/],
    ["integrated", TURBO, "well", /on its GPU/],
    ["integrated", SD15, "slowly", /minutes on its GPU/],
    ["phone", MINI, "well", /on its GPU/],
    ["phone", SD15, "slowly", /minutes on its GPU/],
    ["iphone", TURBO, "no", /largest part is 1.7 GB, too much for this device's memory/],
    ["iphone", MINI, "well", /on its GPU/],
    ["safari", TURBO, "well", /on its GPU/],
    ["firefox", TURBO, "slowly", /16-bit floats, which this GPU does not.*on its processor/],
    ["firefox", MINI, "well", /on its GPU/],
    ["noFp16", SD15, "no", /16-bit floats.*would take this device about/],
    ["noWebGpu", TURBO, "slowly", /no WebGPU. A picture takes about \d+ minutes on its processor/],
    ["swiftshader", MINI, "well", /software one. A picture takes about \d+ s on its processor/],
    ["swiftshader", TURBO, "slowly", /software one. A picture takes about 13 minutes on its processor/],
    ["insecure", MINI, "no", /not secure \(https\)/],
    ["fullDisk", TURBO, "no", /takes 2.5 GB, and this browser has room for 0.5 GB/],
  ])("%s, %s: %s", (name, id, kind, why) => {
    const verdict = verdictOn(DEVICES[name], id);
    expect(verdict).toMatchObject({ kind, why: expect.stringMatching(why) as unknown });
  });

  it("is the server where the device can't and the server can", () => {
    expect(verdictOn(DEVICES.fullDisk, TURBO, true)).toMatchObject({ kind: "server" });
    expect(verdictOn(DEVICES.swiftshader, SD15, true)).toMatchObject({ kind: "server" });
    // Who can draw by itself is told so all the same.
    expect(verdictOn(DEVICES.desk, TURBO, true)).toMatchObject({ kind: "well" });
  });

  it("tells a GPU whose buffers are too small what it lacks", () => {
    const small: DeviceProfile = {
      ...DEVICES.desk,
      adapter: {
        ...DEVICES.desk.adapter!,
        limits: { ...DEVICES.desk.adapter!.limits, maxStorageBufferBindingSize: 64e6 },
      },
    };
    expect(verdictOn(small, TURBO).why).toMatch(/needs 101 MB in one piece, and this GPU takes 64 MB/);
  });

  it("needs no room for what is here, and believes its own pictures more than an estimate", () => {
    const entry = findInCatalogue(TURBO)!;
    const question = { ...entry, installed: true, onServer: false, measuredWasmSeconds: 30 };
    expect(judge(question, DEVICES.fullDisk)).toMatchObject({ kind: "well" });
    expect(judge(question, DEVICES.noWebGpu)).toMatchObject({ kind: "well", seconds: 30 });
  });

  it("says of a family that nothing here draws that it is not drawn", () => {
    const question = { ...findInCatalogue(TURBO)!, family: "flux", installed: false, onServer: false };
    expect(judge({ ...question, measuredWasmSeconds: null }, DEVICES.desk)).toMatchObject({
      kind: "no",
      why: "This version of Easel does not draw with flux models yet.",
    });
  });
});

describe("the catalogue", () => {
  it("has files as the schema says", () => {
    const folder = "models/catalogue";
    const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
    expect(files).toHaveLength(CATALOGUE.length);
    for (const name of files) {
      const file: unknown = JSON.parse(readFileSync(join(folder, name), "utf8"));
      expect(catalogueEntrySchema.safeParse(file).error, name).toBeUndefined();
    }
  });

  it("has the six models, each with terms, defaults that its sizes allow, and a source", () => {
    expect(CATALOGUE.map(({ name }) => name)).toEqual([
      "Easel mini",
      "Stable Diffusion 1.5",
      "LCM Dreamshaper 7",
      "SD-Turbo",
      "SDXL-Turbo",
      "Segmind Vega",
    ]);
    for (const { defaults, sizes, licence, source } of CATALOGUE) {
      expect(sizes).toContainEqual([defaults.width, defaults.height]);
      expect(licence.terms.length).toBeGreaterThan(20);
      expect(licence.accept).toBe(source.kind === "hub");
    }
  });
});
