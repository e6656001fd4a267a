import { describe, expect, test } from "vitest";
import { SEALED_IV_BYTES, SEALED_MAGIC } from "../contracts/sealed-picture.ts";
import { openSealed, sealPicture } from "./sealed-picture.ts";

const PNG_BYTES = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 1, 2, 3]);
const png = () => new Blob([PNG_BYTES], { type: "image/png" });
const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

describe("a sealed picture", () => {
  test("opens with its key to the same picture and prompt, whatever letters it has", async () => {
    for (const prompt of ["", "a red apple", "一个红苹果 🍎".repeat(500)]) {
      const { key, bytes } = await sealPicture(png(), prompt);
      // base64url of 256 bits.
      expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/);
      const opened = await openSealed(bytes, key);
      expect(opened?.prompt).toBe(prompt);
      expect(opened?.png.type).toBe("image/png");
      expect(await bytesOf(opened?.png ?? new Blob())).toEqual(PNG_BYTES);
    }
  });

  test("tells nothing of picture or prompt in its bytes", async () => {
    const { bytes } = await sealPicture(png(), "a secret prompt");
    expect(Buffer.from(bytes).includes("secret")).toBe(false);
    expect(Buffer.from(bytes).includes(Buffer.from(PNG_BYTES.subarray(0, 4)))).toBe(false);
    expect([...bytes.subarray(0, 4)]).toEqual(SEALED_MAGIC);
  });

  test("has a key and an initialisation vector of its own, each time", async () => {
    const sealed = await Promise.all(Array.from({ length: 50 }, () => sealPicture(png(), "the same")));
    expect(new Set(sealed.map(({ key }) => key)).size).toBe(50);
    const ivs = sealed.map(({ bytes }) =>
      Buffer.from(bytes.subarray(4, 4 + SEALED_IV_BYTES)).toString("hex"),
    );
    expect(new Set(ivs).size).toBe(50);
  });

  test("stays shut for another key, for none, and after any byte of it was changed", async () => {
    const { key, bytes } = await sealPicture(png(), "mine");
    const { key: other } = await sealPicture(png(), "mine");
    for (const wrong of [other, "", key.slice(1), `${key}A`, `${key.slice(0, -1)}!`])
      expect(await openSealed(bytes, wrong)).toBeUndefined();
    // The magic is bound by the page's own copy of it, every byte behind it by the tag.
    for (let index = 4; index < bytes.length; index++) {
      const altered = bytes.map((byte, at) => (at === index ? byte ^ 1 : byte));
      expect(await openSealed(altered, key)).toBeUndefined();
    }
    expect(await openSealed(bytes.subarray(0, 20), key)).toBeUndefined();
  });

  test("that holds no PNG is not shown, however well it is sealed", async () => {
    const page = new Blob(["<svg onload='alert(1)'/>"], { type: "image/svg+xml" });
    const { key, bytes } = await sealPicture(page, "no picture");
    expect(await openSealed(bytes, key)).toBeUndefined();
  });
});
