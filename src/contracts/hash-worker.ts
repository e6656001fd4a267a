/** What a downloading worker asks of workers/hash; `file` tells the files apart that are hashed at once. */
export type HashOrder =
  /** A new SHA-256, or one that goes on from a saved state; answered with whether that could be used. */
  | { do: "begin"; file: number; state: Uint8Array | null }
  /** The bytes are handed over, and not answered. */
  | { do: "update"; file: number; bytes: Uint8Array<ArrayBuffer> }
  /** Answered with the half-finished hash. */
  | { do: "save"; file: number }
  /** Answered with the hash in lower-case hex. */
  | { do: "digest"; file: number }
  /** Forgotten, and not answered. */
  | { do: "drop"; file: number };

export type HashAnswer = { file: number } & (
  | { answer: "begun"; usable: boolean }
  | { answer: "state"; state: Uint8Array }
  | { answer: "digest"; sha256: string }
);
