import { toCamel, toSnake } from "../contracts/casing.ts";
import { EaselError } from "../contracts/errors.ts";
import { requestSchema, type GenerationRequest } from "../contracts/request.ts";

/**
 * A request as text for an address, after its #, which no browser sends to any server: base64url of its wire form.
 * @returns null where the request needs pictures of this browser
 */
export function writeRecipe(request: GenerationRequest): string | null {
  if (request.initImage !== undefined || request.maskImage !== undefined) return null;
  const json = JSON.stringify(toSnake({ ...request, batchId: undefined }));
  const letters = Array.from(new TextEncoder().encode(json), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * The request that {@link writeRecipe} made this text of. It comes from a stranger: it is checked as the server would.
 * @throws EaselError `invalid_request`
 */
export function readRecipe(text: string): GenerationRequest {
  const parsed = requestSchema.safeParse(parse(text));
  if (!parsed.success || parsed.data.init_image !== undefined || parsed.data.mask_image !== undefined) {
    const issue = parsed.error?.issues[0];
    throw new EaselError(
      "invalid_request",
      `A whole request was expected after #/recipe/, but ${issue === undefined ? "it needs pictures that a link can't carry" : `its ${issue.path.join(".") || "text"} is not as agreed`}.`,
      { hint: "The link may have been cut short: ask for it once more." },
    );
  }
  return toCamel(parsed.data);
}

function parse(text: string): unknown {
  try {
    const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(letters, (letter) => letter.charCodeAt(0))));
  } catch {
    return undefined;
  }
}
