import { EaselError } from "../contracts/errors.ts";

/** `name` or `owner/name`: nothing in it can leave the folder of models. */
const MODEL_ID = /^[A-Za-z0-9_][\w.-]*(?:\/[A-Za-z0-9_][\w.-]*)?$/;

/**
 * Where the files of a model lie on this page's own origin, ended by a slash.
 * @throws EaselError `unknown_model` where the id can't be one.
 */
export function modelAddress(id: string): string {
  if (!MODEL_ID.test(id)) {
    throw new EaselError(
      "unknown_model",
      `"${id}" is no model's id: it should look like name or owner/name.`,
      { path: "model" },
    );
  }
  return `/models/${id}/`;
}
