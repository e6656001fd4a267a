type Run = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** Counts the time spent inside `create` and `run` of an ONNX runtime package's sessions, native code and all. */
export class RunClock {
  /** Milliseconds since they were last set to 0. */
  inRun = 0;
  inCreate = 0;

  /** @param sessionClass the package's InferenceSession: its sessions share one prototype */
  constructor(sessionClass: unknown) {
    const session = sessionClass as { create: Run; prototype: { run: Run } };
    session.prototype.run = timed(session.prototype.run, (milliseconds) => (this.inRun += milliseconds));
    session.create = timed(session.create, (milliseconds) => (this.inCreate += milliseconds));
  }

  reset(): void {
    this.inRun = 0;
    this.inCreate = 0;
  }
}

function timed(run: Run, add: (milliseconds: number) => void): Run {
  return async function (...args) {
    const start = performance.now();
    try {
      return await run.apply(this, args);
    } finally {
      add(performance.now() - start);
    }
  };
}
