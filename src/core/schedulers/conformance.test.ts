import { describeScheduler } from "./conformance.ts";

/** Every number that a request can ask for is walked by `npm run soak`. */
const stepCounts =
  process.env["EASEL_SOAK"] === "1"
    ? Array.from({ length: 150 }, (_, i) => i + 1)
    : [1, 2, 3, 14, 15, 16, 61, 150];

const once = (numSteps: number): number => numSteps;
/** Every step but the last asks twice. */
const twice = (numSteps: number): number => 2 * numSteps - 1;
const deterministic = { draws: 0, evaluations: once, stepCounts };

describeScheduler("ddim", { ...deterministic, spacings: false });
describeScheduler("pndm", {
  ...deterministic,
  // The first step is taken twice where there is a second.
  evaluations: (numSteps) => (numSteps === 1 ? 1 : numSteps + 1),
  // Begun in the middle it passes over one timestep, as diffusers does.
  extrapolatesAnswers: { tolerance: 0.5 },
  spacings: false,
});
describeScheduler("euler", { ...deterministic, spacings: true });
describeScheduler("euler_ancestral", { ...deterministic, draws: 8, spacings: true });
describeScheduler("heun", { ...deterministic, evaluations: twice, spacings: true });
describeScheduler("dpmpp_2m", { ...deterministic, spacings: true });
describeScheduler("dpmpp_2m_sde", { ...deterministic, draws: 8, spacings: true });
describeScheduler("dpmpp_sde", { ...deterministic, evaluations: twice, draws: 14, spacings: true });
describeScheduler("unipc", { ...deterministic, spacings: true });
describeScheduler("lcm", { ...deterministic, draws: 7, spacings: false });
describeScheduler("flow_match_euler", { ...deterministic, spacings: true });
