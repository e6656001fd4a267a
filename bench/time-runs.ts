type Run = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** Counts the time spent inside `run` of every session of an ONNX runtime package, native code and all. */
export class RunClock {
  /** Milliseconds since it was last set to 0. */
  inRun = 0;

  /** @param sessionClass the package's InferenceSession: its sessions share one prototype */
  constructor(sessionClass: unknown) {
    const { prototype } = sessionClass as { prototype: { run: Run } };
    const run = prototype.run;
    const add = (milliseconds: number): void => void (this.inRun += milliseconds);
    prototype.run = async function timed(...args) {
      const start = performance.now();
      try {
        return await run.apply(this, args);
      } finally {
        add(performance.now() - start);
      }
    };
  }
}
