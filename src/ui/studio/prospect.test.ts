import { expect, test } from "vitest";
import { EaselError } from "../../contracts/errors.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import type { Choice } from "../../generation/choose-place.ts";
import { foresee } from "./prospect.ts";

const request = {} as GenerationRequest;
const drawer = (choice: Choice | EaselError, seconds: number | null) => ({
  choose: () =>
    choice instanceof EaselError
      ? Promise.reject(choice)
      : Promise.resolve([choice] as [Choice, ...Choice[]]),
  expect: () => seconds,
});
const told = async (choice: Choice | EaselError, seconds: number | null) => {
  const { kind, why } = await foresee(drawer(choice, seconds), request, "auto");
  return `${kind}: ${why()}`;
};

test("the prospect is what would be chosen, with the time where it was measured", async () => {
  const wasm: Choice = { place: "wasm", why: "No GPU." };
  expect(await told(wasm, null)).toBe("well: WASM on this device. No GPU.");
  expect(await told(wasm, 6)).toBe("well: WASM on this device, about 6 s. No GPU.");
  expect(await told(wasm, 120)).toBe("slowly: WASM on this device, about 2 minutes. No GPU.");
  expect(await told({ place: "server", why: "Too slow here." }, 3)).toBe(
    "server: Server, about 3 s. Too slow here.",
  );
});

test("where nothing can draw it, the reason is told before, not after", async () => {
  const nowhere = new EaselError("no_backend", "This model can't be drawn here.", { hint: "Choose Auto." });
  expect(await told(nowhere, null)).toBe("no: This model can't be drawn here. Choose Auto.");
});
