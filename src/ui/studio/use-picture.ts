import type { Job } from "../../history/database.ts";
import { m } from "../../paraglide/messages.js";
import { easel } from "../easel.ts";
import { focusPrompt } from "../parts/focus-prompt.ts";

/** How much of a picture's request the fields take over. */
export type Use = "everything" | "prompt" | "seed";

/** Takes a picture's request over; with everything, what it starts from too, so that the same picture can be drawn. */
export async function usePicture({ request, parentId }: Job, use: Use): Promise<void> {
  const { fields, further, startingPicture, history, styles, toasts, wall } = easel;
  const { prompt, negativePrompt, seed } = request;
  // A picture's prompt has its styles in it already.
  if (use !== "seed") styles.chooseNone();
  if (use === "prompt") fields.take({ prompt, negativePrompt });
  else if (use === "seed") fields.take({ seed });
  else {
    fields.use(request);
    further.take(request);
    await wall.attempt(async () => {
      const { initImage, maskImage } = await history.inputs.of(request);
      const strength = request.strength;
      if (initImage === undefined) {
        await startingPicture.remove();
        if (request.initImage !== undefined) toasts.say(m.picture_input_gone());
      } else
        await startingPicture.use(initImage, {
          mask: maskImage,
          parentId,
          ...(strength !== undefined && { strength }),
        });
    });
  }
  wall.close();
  toasts.say(m.picture_used());
  void focusPrompt();
}

/** The next picture starts from this one's pixels. */
export async function startFrom({ id }: Job, png: Blob): Promise<void> {
  const { startingPicture, toasts, wall } = easel;
  await wall.attempt(async () => {
    await startingPicture.use(png, { parentId: id });
    wall.close();
    toasts.say(m.incoming_started());
    void focusPrompt();
  });
}
