import { asFailure } from "../../contracts/errors.ts";
import { easel } from "../easel.ts";
import { failureWords } from "../language/failure-words.ts";
import { secondsTillDone, type InTime } from "../studio/lanes.ts";
import type { GridPlan } from "./plan-grid.ts";

export interface GridTime {
  /** null where nothing recent tells. */
  seconds: number | null;
  /** Why it can't be drawn as things are now. */
  failure: string | null;
}

/** How long all pictures of a grid take, each where it would be drawn now, beside nothing else. */
export async function expectGrid({ requests, where }: GridPlan): Promise<GridTime> {
  const { drawer } = easel;
  try {
    const line = await Promise.all(
      requests.map(async (request): Promise<InTime> => {
        const [choice] = await drawer.choose(request, where);
        const lane = choice.place === "server" ? "server" : "device";
        return { lane, started: false, secondsLeft: drawer.expect(request, choice) };
      }),
    );
    const ends = secondsTillDone(line);
    return { seconds: ends.includes(null) ? null : Math.max(...ends.map(Number)), failure: null };
  } catch (thrown) {
    const { message, hint } = failureWords(asFailure(thrown));
    return { seconds: null, failure: [message, hint].filter(Boolean).join(" ") };
  }
}
