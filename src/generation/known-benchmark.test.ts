import { expect, it } from "vitest";
import { DEVICES } from "../models/tests/devices.ts";
import { keepBenchmark, knownBenchmark } from "./known-benchmark.ts";

const DAY = 24 * 60 * 60 * 1000;

function storage(): Pick<Storage, "getItem" | "setItem"> {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
  };
}

it("is known for a day, with what was measured", () => {
  const kept = storage();
  expect(knownBenchmark(kept, 1000)).toBeUndefined();
  keepBenchmark(kept, DEVICES.desk, 1000);
  const { browser, cores, adapter, benchmark } = DEVICES.desk;
  expect(knownBenchmark(kept, 1000 + DAY)).toEqual({ browser, cores, adapter: adapter!.name, benchmark });
  expect(knownBenchmark(kept, 1001 + DAY)).toBeUndefined();
});

it("stays as old as it is where the probe was told it, and is new where the probe measured again", () => {
  const kept = storage();
  keepBenchmark(kept, DEVICES.desk, 0);
  keepBenchmark(kept, DEVICES.desk, DAY);
  expect(knownBenchmark(kept, DAY + 1)).toBeUndefined();
  keepBenchmark(kept, DEVICES.integrated, DAY);
  expect(knownBenchmark(kept, 2 * DAY)?.benchmark).toEqual(DEVICES.integrated.benchmark);
});

it("is not known where something else was kept", () => {
  const kept = storage();
  kept.setItem("easel-benchmark", '{"browser":"one","benchmark":{"processor":-1}}');
  expect(knownBenchmark(kept, 0)).toBeUndefined();
});
