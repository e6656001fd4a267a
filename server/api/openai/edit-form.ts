import sharp from "sharp";
import { EaselError } from "../../../src/contracts/errors.ts";
import { openAiEditInputSchema, type OpenAiEditInput } from "../../../src/contracts/openai-images.ts";
import type { RequestInputWire } from "../../../src/contracts/request.ts";
import { UPLOAD_MAX_PIXELS } from "../../../src/contracts/upload.ts";
import type { Services } from "../../jobs/services.ts";
import { keepInput } from "../compat/keep-input.ts";
import type { ApiContext } from "../context.ts";
import { invalidInput } from "../error-replies.ts";
import { readImageHeader } from "../uploads/image-header.ts";

/** Where the form says nothing: enough to change the picture, little enough to know it again. */
const STRENGTH = 0.75;

/** An edit as it was asked for. */
export interface EditForm {
  input: OpenAiEditInput;
  image: Uint8Array;
  mask: Uint8Array | undefined;
}

/** Reads OpenAI's form of an edit. @throws EaselError invalid_request, with the field as its path */
export async function readEditForm(context: ApiContext): Promise<EditForm> {
  const form = await context.req.parseBody({ all: true }).catch((cause: unknown) => {
    throw new EaselError("invalid_request", "The body is no multipart form.", { cause });
  });
  const files = (name: string) =>
    [form[name], form[`${name}[]`]].flat().filter((value): value is File => value instanceof File);
  const texts = Object.entries(form).filter(([, value]) => typeof value === "string");
  const parsed = openAiEditInputSchema.safeParse(Object.fromEntries(texts));
  if (!parsed.success) throw invalidInput(parsed.error);
  const [image, ...more] = files("image");
  if (image === undefined || more.length > 0) {
    throw new EaselError("invalid_request", `image: one picture is needed, ${files("image").length} came.`, {
      path: "image",
    });
  }
  const bytesOf = async (file: File) => new Uint8Array(await file.arrayBuffer());
  const [mask] = files("mask");
  return {
    input: parsed.data,
    image: await bytesOf(image),
    mask: mask === undefined ? undefined : await bytesOf(mask),
  };
}

/** That interface's masks are transparent where something is drawn anew; ours are white there. */
async function maskOf(bytes: Uint8Array): Promise<Uint8Array> {
  // What it is and how large is known before anything decodes it.
  readImageHeader(bytes);
  try {
    const mask = sharp(bytes, { limitInputPixels: UPLOAD_MAX_PIXELS }).ensureAlpha().extractChannel("alpha");
    return new Uint8Array(await mask.negate().png().toBuffer());
  } catch (cause) {
    throw new EaselError("unsupported_media", `mask can't be decoded: ${String(cause)}`, {
      path: "mask",
      cause,
    });
  }
}

/** What an edit adds to a request: its pictures, kept, and how far it may go from them. */
export async function editInputs(
  services: Services,
  ownerId: string,
  { input, image, mask }: EditForm,
): Promise<Partial<RequestInputWire>> {
  return {
    init_image: await keepInput(services, ownerId, "init_image", image),
    ...(mask === undefined
      ? {}
      : { mask_image: await keepInput(services, ownerId, "mask_image", await maskOf(mask)) }),
    strength: input.strength ?? (mask === undefined ? STRENGTH : 1),
  };
}
