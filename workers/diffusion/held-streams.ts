/** What waits for a read is referred to by the stream alone: only something global keeps both. */
const held = new Set<HeldStreams>();

/**
 * Keeps a Blob's streams alive while the runtime reads them. Chromium's garbage collector takes a Blob's byte stream
 * that nothing but its own pending read leads to, and the read never ends: onnxruntime-web 1.30.0 then loads for ever
 * (seen in Chromium 156).
 */
export class HeldStreams {
  readonly #streams: ReadableStream[] = [];

  constructor() {
    held.add(this);
  }

  /** The same bytes; each stream of a slice of them lives until {@link release}. */
  hold(blob: Blob): Blob {
    const whole = blob.slice();
    whole.slice = (start, end) => {
      const slice = blob.slice(start, end);
      slice.stream = () => {
        const stream = Blob.prototype.stream.call(slice);
        this.#streams.push(stream);
        return stream;
      };
      return slice;
    };
    return whole;
  }

  /** Nothing is read any more. */
  release(): void {
    held.delete(this);
  }
}
