import type { PictureSettings } from "../../core/metadata/index.ts";
import { m } from "../../paraglide/messages.js";
import { secondPassWords } from "../wall/request-rows.ts";
import type { FittedSettings, Obstacle } from "./fit-settings.ts";

export interface LeftOver {
  name: string;
  value: string;
  /** Absent for what has no place in a request at all. */
  why?: string;
}

/** What of a picture's settings is not taken over, for its user to read. @param model the one that draws */
export function leftOver(
  { settings, unmapped }: PictureSettings,
  { obstacles }: FittedSettings,
  model: string,
): LeftOver[] {
  const told: Readonly<Record<Obstacle, () => LeftOver>> = {
    model: () => ({ name: m.setting_model(), value: settings.model ?? "", why: m.obstacle_model({ model }) }),
    size: () => ({
      name: m.setting_size(),
      value: `${settings.width ?? "?"} × ${settings.height ?? "?"}`,
      why: m.obstacle_size({ model }),
    }),
    scheduler: () => ({
      name: m.setting_scheduler(),
      value: settings.scheduler ?? "",
      why: m.obstacle_scheduler({ model }),
    }),
    sigmas: () => ({ name: m.setting_sigmas(), value: settings.sigmas ?? "", why: m.obstacle_sigmas() }),
    start: () => ({
      name: m.start_strength(),
      value: String(settings.strength ?? ""),
      why: m.obstacle_start(),
    }),
    second_pass: () => ({
      name: m.setting_second_pass(),
      value: settings.secondPass === undefined ? "" : secondPassWords(settings.secondPass),
      why: m.obstacle_second_pass({ model }),
    }),
  };
  return [...obstacles.map((obstacle) => told[obstacle]()), ...unmapped];
}
