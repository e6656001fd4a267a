import { expect, test } from "vitest";
import { completeRequest } from "../../../src/core/request/complete-request.ts";
import type { InferenceRuntime } from "../../../src/core/runtime/inference-runtime.ts";
import { openDiskModel } from "./disk-models.ts";
import { InferenceHost } from "./inference-host.ts";
import { createNodeRuntime } from "./node-runtime.ts";

const MODELS = ["sd", "sd2", "sdxl"] as const;
const manifests = await Promise.all(
  MODELS.map(async (name) => (await openDiskModel(`models/tiny/${name}`)).manifest),
);
const bytes = manifests.map(({ files }) => files.reduce((sum, { size }) => sum + size, 0));

/** A host that keeps so much, and how many of its runtime's sessions are open. */
function hostKeeping(warmBytes: number) {
  let open = 0;
  const create = (): InferenceRuntime => {
    const runtime = createNodeRuntime("cpu");
    return {
      ...runtime,
      async createSession(...given) {
        const session = await runtime.createSession(...given);
        open++;
        return {
          ...session,
          run: (...inputs) => session.run(...inputs),
          release: async () => {
            open--;
            await session.release();
          },
        };
      },
    };
  };
  const settings = { modelsDirs: ["models/tiny"], provider: "cpu" as const, warmMegabytes: warmBytes / 1e6 };
  const host = new InferenceHost(settings, create);
  /** Draws with a model; answers whether it had to be loaded. */
  const draw = async (index: number): Promise<boolean> => {
    const manifest = manifests[index];
    if (manifest === undefined) throw new Error(`There is no model ${index}.`);
    const request = completeRequest({ prompt: "a cat", numSteps: 1, seed: 3 }, manifest, () => 0);
    let loaded = false;
    await host.draw(
      new AbortController().signal,
      { ...request, model: manifest.id },
      (event) => (loaded ||= event.type === "loading"),
    );
    return loaded;
  };
  return { draw, open: () => open };
}

test("models stay loaded as far as they fit; the one drawn with least recently goes first", async () => {
  const { draw } = hostKeeping(Math.max(...bytes) * 2);
  expect([await draw(0), await draw(1), await draw(0), await draw(1)]).toEqual([true, true, false, false]);
  // The first was drawn with before the second: it has to go.
  expect([await draw(2), await draw(1), await draw(0)]).toEqual([true, false, true]);
  expect([await draw(1), await draw(2)]).toEqual([false, true]);
});

test("what fits beside nothing stays alone, and what is let go is released", async () => {
  const { draw, open } = hostKeeping(0);
  expect([await draw(0), await draw(0)]).toEqual([true, false]);
  const sessionsOfOne = open();
  expect(await draw(1)).toBe(true);
  expect(await draw(0)).toBe(true);
  expect(open()).toBe(sessionsOfOne);
});
