/** What a hub can do to one answer. The faults given for a path are used up one by one, an answer each. */
export type Fault =
  /** After so many bytes of the body the connection is cut. */
  | { kind: "cut"; after: number }
  /** One bit of the answer's first byte is turned over. */
  | { kind: "alter" }
  /** Another number of bytes than the file has, said so in the headers. */
  | { kind: "length"; change: number }
  /** The same, but only the end of the body tells. */
  | { kind: "silent_length"; change: number }
  | { kind: "status"; status: number; retryAfterSeconds?: number }
  /** The whole file, whatever range was asked for. */
  | { kind: "no_ranges" }
  /** To another port, and so another host for a browser. */
  | { kind: "redirect" }
  /** An HTML page with status 200. `typed`: and it calls itself one. */
  | { kind: "page"; typed: boolean }
  /** So many bytes at a time, with a pause between. */
  | { kind: "drip"; bytes: number; milliseconds: number }
  /** After so many bytes of the body nothing more comes, and the connection stays until the hub is told to cut it. */
  | { kind: "hold"; after: number }
  /** From now on the file has other bytes and another ETag. */
  | { kind: "change" };

/** One request that the hub has answered. */
export interface Answered {
  method: string;
  path: string;
  host: string;
  authorization: string | null;
  /** Date.now() */
  at: number;
  status: number;
  /** Of the body: the first byte's place in the file, and how many were handed to the network. */
  start: number;
  sent: number;
}
