import { expect, test } from "vitest";
import { findSampler, samplerList } from "./samplers.ts";

test.each([
  ["Euler a", undefined, "euler_ancestral", "default"],
  ["euler A", "Automatic", "euler_ancestral", "default"],
  ["k_euler", undefined, "euler", "default"],
  ["DPM++ 2M", "Karras", "dpmpp_2m", "karras"],
  ["DPM++ 2M Karras", undefined, "dpmpp_2m", "karras"],
  ["DPM++ 2M Karras", "Exponential", "dpmpp_2m", "exponential"],
  // What can't be spaced, and a schedule that nobody knows, are drawn as the sampler is.
  ["DDIM", "Karras", "ddim", "default"],
  ["Euler", "Turbo", "euler", "default"],
])("%s with %s is %s, spaced %s", (name, schedule, scheduler, sigmas) => {
  expect(findSampler(name, schedule, "ddim")).toEqual({ scheduler, sigmas });
});

test("every listed sampler is found by its name and its aliases; another is not_found", () => {
  for (const { name, aliases } of samplerList())
    for (const alias of [name, ...aliases])
      expect(findSampler(alias, null, "ddim").scheduler).toBeTypeOf("string");
  for (const name of ["", "Restart", " karras"])
    expect(() => findSampler(name, null, "ddim")).toThrowError(
      expect.objectContaining({ code: "not_found" }) as Error,
    );
});
