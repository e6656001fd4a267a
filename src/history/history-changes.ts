/** Which jobs were written; told in this tab at once and to the other tabs of this browser. */
export class HistoryChanges {
  readonly #channel: BroadcastChannel;
  readonly #listeners = new Set<(ids: readonly string[]) => void>();

  constructor(database: string) {
    this.#channel = new BroadcastChannel(`${database}-changes`);
    this.#channel.onmessage = ({ data }: MessageEvent<string[]>) => this.#hear(data);
  }

  tell(ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.#channel.postMessage(ids);
    this.#hear(ids);
  }

  listen(listener: (ids: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #hear(ids: readonly string[]): void {
    for (const listener of this.#listeners) listener(ids);
  }
}
