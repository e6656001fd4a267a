/** A server that takes submissions, as the measurements see it. */
export interface Stack {
  name: string;
  url: string;
  /** What a submission's request carries besides its body. */
  headers: () => Promise<Record<string, string>>;
  /** Starts what draws nothing, quickly. */
  startWorkers: () => Promise<Workers>;
  close: () => Promise<void>;
}

export interface Workers {
  /** When a worker started each job: milliseconds since 1970, by the job's id. */
  starts: () => Promise<Map<string, number>>;
}

export const SUBMISSION = { prompt: "a red apple" };
export const SUBMISSIONS = "/api/generated-images";
/** Jobs that either stack's workers do at a time. */
export const HANDS = 4;
