import { EaselError } from "../../../src/contracts/errors.ts";
import type { Services } from "../../jobs/services.ts";

/** @throws EaselError `forbidden` where the operator wants none: neither they nor a safety model can look at what they show */
export function requirePrivateLinks({ settings }: Pick<Services, "settings">): void {
  if (settings.PRIVATE_LINKS) return;
  throw new EaselError(
    "forbidden",
    "This server keeps no private links: nobody could look at what they show.",
    { hint: "Make a public link, or save the picture and send it yourself." },
  );
}
