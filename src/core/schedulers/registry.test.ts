import { describe, expect, test } from "vitest";
import { SCHEDULERS } from "../../contracts/request-limits.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import { requireScheduler, schedulersFor } from "./kinds.ts";
import { createScheduler } from "./registry.ts";
import { parseSchedulerConfig } from "./scheduler-config.ts";

type Name = GenerationRequest["scheduler"];

const refusal = (path: string, message: string, code = "invalid_request"): Error =>
  expect.objectContaining({ code, path, message: expect.stringContaining(message) as string }) as Error;
const config = (file: object) => parseSchedulerConfig(JSON.stringify(file));
const LATENT = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: "scaled_linear" };
const FLOW = { _class_name: "FlowMatchEulerDiscreteScheduler" };

describe("which scheduler draws which model", () => {
  test("every name of the contract draws models of one kind", () => {
    expect(schedulersFor("flow_match_euler")).toEqual(["flow_match_euler"]);
    expect(schedulersFor("euler")).toEqual(SCHEDULERS.filter((name) => name !== "flow_match_euler"));
  });

  test("a model trained by flow matching takes no other, by its manifest and by its file", () => {
    expect(() => requireScheduler("euler", "default", "flow_match_euler")).toThrowError(
      refusal("scheduler", "trained by flow matching"),
    );
    expect(() => createScheduler("euler", config(FLOW), 4, "default")).toThrowError(
      refusal("scheduler", "trained by flow matching"),
    );
    expect(createScheduler("flow_match_euler", config(FLOW), 4, "default").timesteps).toHaveLength(4);
  });

  test("a diffusion model does not take the one for flows, and the hint names the others", () => {
    for (const refused of [
      () => requireScheduler("flow_match_euler", "default", "ddim"),
      () => createScheduler("flow_match_euler", config(LATENT), 4, "default"),
    ]) {
      expect(refused).toThrowError(refusal("scheduler", "this one was not"));
      expect(refused).toThrowError(
        expect.objectContaining({ hint: expect.stringContaining("euler_ancestral") as string }) as Error,
      );
    }
  });

  test("a spacing of sigmas that a scheduler does not have is refused", () => {
    expect(() => requireScheduler("ddim", "karras", "ddim")).toThrowError(refusal("sigmas", "karras"));
    expect(() => requireScheduler("unipc", "karras", "ddim")).not.toThrow();
  });

  test("more steps than the model knows timesteps are refused", () => {
    expect(() => createScheduler("euler", config({ num_train_timesteps: 100 }), 100, "default")).toThrowError(
      refusal("num_steps", "100 timesteps"),
    );
    expect(() => createScheduler("lcm", config(LATENT), 51, "default")).toThrowError(
      refusal("num_steps", "at most 50"),
    );
  });

  test.each(["ddim", "lcm", "pndm"] as const)(
    "%s, which divides by the signal, refuses to start where there is none",
    (name) => {
      const noSignal = config({ ...LATENT, rescale_betas_zero_snr: true, timestep_spacing: "trailing" });
      expect(() => createScheduler(name, noSignal, 4, "default")).toThrowError(
        refusal("scheduler", "zero terminal SNR"),
      );
      expect(() => createScheduler("euler", noSignal, 4, "default")).not.toThrow();
    },
  );
});

describe("a setting that would change the numbers and is not drawn here is refused by its name", () => {
  test.each<[Name, Record<string, unknown>]>([
    ["ddim", { thresholding: true }],
    ["lcm", { thresholding: true }],
    ["pndm", { skip_prk_steps: false }],
    ["euler", { interpolation_type: "log_linear" }],
    ["euler", { timestep_type: "continuous" }],
    ["euler", { sigma_min: 0.002 }],
    ["heun", { sigma_max: 80 }],
    ["dpmpp_sde", { sigma_max: 80 }],
    ["dpmpp_2m", { solver_order: 3 }],
    ["dpmpp_2m", { solver_type: "heun" }],
    ["dpmpp_2m", { thresholding: true }],
    ["dpmpp_2m", { use_lu_lambdas: true }],
    ["dpmpp_2m", { lambda_min_clipped: -5.1 }],
    ["dpmpp_2m_sde", { variance_type: "learned_range" }],
    ["unipc", { solver_order: 3 }],
    ["unipc", { solver_type: "bh1" }],
    ["unipc", { predict_x0: false }],
    ["unipc", { disable_corrector: [0, 1] }],
    ["unipc", { thresholding: true }],
    ["flow_match_euler", { use_dynamic_shifting: true }],
    ["flow_match_euler", { shift_terminal: 0.02 }],
    ["flow_match_euler", { invert_sigmas: true }],
    ["flow_match_euler", { stochastic_sampling: true }],
  ])("%s: %o", (name, setting) => {
    const file = name === "flow_match_euler" ? FLOW : LATENT;
    expect(() => createScheduler(name, config({ ...file, ...setting }), 4, "default")).toThrowError(
      refusal("scheduler", Object.keys(setting)[0]!),
    );
    expect(() => createScheduler(name, config(file), 4, "default")).not.toThrow();
  });

  test("another scheduler, to which the setting means nothing, draws", () => {
    const file = config({ ...LATENT, thresholding: true, solver_order: 3 });
    expect(() => createScheduler("euler_ancestral", file, 4, "default")).not.toThrow();
  });

  test("what means the same as our own is not refused", () => {
    const file = config({
      ...LATENT,
      solver_type: "logrho",
      algorithm_type: "deis",
      disable_corrector: [],
      variance_type: "fixed_small",
    });
    for (const name of ["dpmpp_2m", "unipc"] as const) {
      expect(() => createScheduler(name, file, 4, "default")).not.toThrow();
    }
  });
});
