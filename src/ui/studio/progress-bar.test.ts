import { expect, test } from "vitest";
import type { Progress } from "../../contracts/progress.ts";
import { ProgressBar } from "./progress-bar.ts";

const loading = (component: string, loadedBytes: number): Progress<never> => ({
  type: "loading",
  component,
  loadedBytes,
  totalBytes: 100,
});
const step = (done: number): Progress<never> => ({ type: "step", step: done, steps: 4, etaSeconds: null });

test("the bar never goes back, though components are loaded in turn and every one begins at nothing", () => {
  const bar = new ProgressBar();
  const heard: Progress<never>[] = [
    loading("text_encoder", 0),
    loading("text_encoder", 100),
    step(0),
    loading("unet", 0),
    loading("unet", 100),
    step(1),
    loading("vae_encoder", 0),
    step(4),
    { type: "decoding" },
    loading("vae_decoder", 50),
  ];
  const shown = heard.map((event) => bar.hear(event) ?? -1);
  expect(shown[0]).toBe(0);
  expect(shown).toEqual([...shown].sort((a, b) => a - b));
  expect(shown[5]).toBeGreaterThan(0.3);
  expect(shown.at(-1)).toBe(0.99);
});

test("while a picture waits there is nothing to measure", () => {
  expect(new ProgressBar().hear({ type: "queued", position: 2, etaSeconds: null })).toBeNull();
});
