import type { Manifest } from "../../contracts/model.ts";
import type { EditSession } from "./edit-session.svelte.ts";

/** What a picture to edit comes with. */
export interface EditSource {
  /** The picture of the history that it is. */
  parentId?: string | null;
  /** What has been painted over already. */
  mask?: Blob | null;
}

/** Which picture is being edited; the editor itself is loaded with the first. */
export class Editing {
  readonly #sizes: () => Manifest["sizes"];
  #session = $state.raw<EditSession | null>(null);

  /** @param sizes those that the chosen model draws */
  constructor(sizes: () => Manifest["sizes"]) {
    this.#sizes = sizes;
  }

  get session(): EditSession | null {
    return this.#session;
  }

  /** @throws EaselError `unsupported_media` where it can't be shown */
  async open(picture: Blob, { parentId = null, mask = null }: EditSource = {}): Promise<void> {
    const { openEdit } = await import("./edit-session.svelte.ts");
    this.#session = await openEdit(picture, mask, parentId, this.#sizes());
  }

  /** Takes up an edit that was closed. */
  resume(session: EditSession): void {
    this.#session = session;
  }

  close(): void {
    this.#session = null;
  }
}
