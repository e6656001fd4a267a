import { asFailure } from "../../contracts/errors.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import { SLOW_SECONDS, type Where } from "../../generation/choose-place.ts";
import { aboutTimeWords } from "../../language/quantities.ts";
import { m } from "../../paraglide/messages.js";
import { failureWords } from "../language/failure-words.ts";
import type { JobDrawer } from "./job-drawer.ts";
import { placeName } from "./place-words.ts";

/** Where a picture would be drawn as things are now. */
export interface Prospect {
  kind: "well" | "slowly" | "server" | "no";
  /** A sentence or two, in the page's language. */
  why: () => string;
}

/** The verdict before Generate: what Generate would choose now, and what is known of the time that takes. */
export async function foresee(
  drawer: Pick<JobDrawer, "choose" | "expect">,
  request: GenerationRequest,
  where: Where,
): Promise<Prospect> {
  try {
    const [choice] = await drawer.choose(request, where);
    const seconds = drawer.expect(request, choice);
    const { place, why } = choice;
    const words = () =>
      seconds === null
        ? m.place_sentence({ place: placeName(place), why })
        : m.prospect_in_time({ place: placeName(place), time: aboutTimeWords(seconds), why });
    if (place === "server") return { kind: "server", why: words };
    return { kind: seconds !== null && seconds > SLOW_SECONDS ? "slowly" : "well", why: words };
  } catch (thrown) {
    const failure = asFailure(thrown);
    return {
      kind: "no",
      why: () => {
        const { message, hint } = failureWords(failure);
        return [message, hint].filter(Boolean).join(" ");
      },
    };
  }
}
