import { asFailure } from "../../contracts/errors.ts";
import type { ModelResource } from "../../contracts/model.ts";
import type { RequestInput } from "../../contracts/request.ts";
import { secondPassSize } from "../../core/request/passes.ts";
import { requireSize } from "../../core/request/size.ts";
import { requireScheduler } from "../../core/schedulers/kinds.ts";

export type Settings = Partial<RequestInput>;
type Offer = Pick<ModelResource, "id" | "name" | "sizes" | "sizeRule" | "defaults">;

/** Why a setting of a picture can't be used here. */
export type Obstacle = "model" | "size" | "scheduler" | "sigmas" | "start" | "second_pass";

export interface FittedSettings {
  /** Every one can be drawn with `model`. */
  settings: Settings;
  obstacles: readonly Obstacle[];
}

/**
 * A picture's settings as they can be drawn here: its model where it is among those at hand, else the one that is
 * chosen now; what that model can't draw is left out and told.
 */
export function fitSettings(settings: Settings, models: readonly Offer[], chosen: Offer): FittedSettings {
  const obstacles: Obstacle[] = [];
  // Where a picture came from is not in its file, and its batch is none of this one.
  const { modelRevision: _, batchId: __, initImage, maskImage: ___, strength, ...rest } = settings;
  const fitted: Settings = { ...rest };
  if (strength !== undefined || initImage !== undefined) obstacles.push("start");

  const model = settings.model === undefined ? chosen : findModel(settings.model, models);
  if (model === undefined) obstacles.push("model");
  const drawn = model ?? chosen;
  fitted.model = drawn.id;

  const { width, height } = fitted;
  if (width === undefined || height === undefined || refused(() => requireSize(drawn, width, height))) {
    if (width !== undefined || height !== undefined) obstacles.push("size");
    delete fitted.width;
    delete fitted.height;
  }
  const own = drawn.defaults.scheduler;
  const { scheduler = own, sigmas = "default", secondPass } = fitted;
  if (refused(() => requireScheduler(scheduler, "default", own))) {
    obstacles.push("scheduler");
    delete fitted.scheduler;
  }
  if (refused(() => requireScheduler(fitted.scheduler ?? own, sigmas, own))) {
    obstacles.push("sigmas");
    delete fitted.sigmas;
  }
  if (secondPass !== undefined) {
    const from = {
      width: fitted.width ?? drawn.defaults.width,
      height: fitted.height ?? drawn.defaults.height,
    };
    const size = secondPassSize(from, secondPass.scale, drawn.sizeRule);
    if (refused(() => requireSize(drawn, size.width, size.height))) {
      obstacles.push("second_pass");
      delete fitted.secondPass;
    }
  }
  return { settings: fitted, obstacles };
}

/** By its id, or as another program would call it: "sd_turbo" is the "SD-Turbo" of any owner. */
function findModel(name: string, models: readonly Offer[]): Offer | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
  const wanted = plain(name);
  return (
    models.find(({ id }) => id === name) ??
    models.find((model) => [model.name, model.id.split("/").at(-1)!].some((known) => plain(known) === wanted))
  );
}

function refused(check: () => void): boolean {
  try {
    check();
    return false;
  } catch (thrown) {
    if (asFailure(thrown).code === "internal") throw thrown;
    return true;
  }
}
