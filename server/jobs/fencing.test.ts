import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asFailure } from "../../src/contracts/errors.ts";
import type { Claim } from "../../src/contracts/worker.ts";
import { DEPLOYMENTS, type Deployment } from "../tests/deployments.ts";
import { count } from "../tests/counts.ts";
import { ScriptedWorker, smallPng } from "../tests/scripted-worker.ts";
import type { OwnerClient, TestServer } from "../tests/test-server.ts";

/** What a test does next; a lease is named by the order in which the leases were given. */
type Action =
  { do: "claim" } | { do: "progress" | "finish" | "fail" | "release"; lease: number } | { do: "cancel" };

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ do: "claim" } as const) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("progress", "finish", "fail", "release"),
      lease: fc.nat(4),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "cancel" } as const) },
);

/**
 * The reference: one job, and at most one lease that counts. Failures here are final ones, so that no time passes.
 */
class Model {
  state: "queued" | "running" | "succeeded" | "failed" | "cancelled" = "queued";
  current: number | undefined;
  /** After a cancel the worker's calls are answered until it lets go. */
  #letGo = true;

  claim(lease: number): boolean {
    if (this.state !== "queued") return false;
    this.state = "running";
    this.current = lease;
    this.#letGo = false;
    return true;
  }

  /** Whether a call of this lease is answered with 200; else with 409. */
  call(what: "progress" | "finish" | "fail" | "release", lease: number): boolean {
    if (lease !== this.current || this.#letGo) return false;
    if (this.state === "cancelled") {
      if (what === "finish") return false;
      if (what !== "progress") this.#letGo = true;
      return true;
    }
    if (what === "progress") return true;
    this.#letGo = true;
    this.state = what === "finish" ? "succeeded" : what === "fail" ? "failed" : "queued";
    return true;
  }

  cancel(): void {
    if (this.state === "queued" || this.state === "running") this.state = "cancelled";
  }
}

describe.each(DEPLOYMENTS)("fencing on $name", ({ start }) => {
  let deployment: Deployment;
  let server: TestServer;
  let owner: OwnerClient;
  let png: Uint8Array;

  beforeAll(async () => {
    deployment = await start();
    server = deployment.server;
    owner = await server.owner();
    png = await smallPng();
  });
  afterAll(() => deployment.close());

  async function act(worker: ScriptedWorker, what: string, claim: Claim): Promise<boolean> {
    const { api } = worker;
    const calls: Record<string, () => Promise<unknown>> = {
      progress: () => api.progress(claim.leaseId, { type: "decoding" }),
      finish: () => worker.finish(claim, png),
      fail: () => api.fail(claim.leaseId, { code: "invalid_output", message: "black" }, false),
      release: () => api.release(claim.leaseId),
    };
    const failure = await calls[what]?.().then(() => undefined, asFailure);
    if (failure !== undefined && failure.code !== "lease_lost")
      throw new Error(`${what}: ${JSON.stringify(failure)}`);
    return failure === undefined;
  }

  test("R04: over generated interleavings, a stale lease's every call gets 409 and changes nothing", async () => {
    const worker = new ScriptedWorker(server);
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 3, maxLength: 12 }), async (actions) => {
        const id = await owner.ask("one job");
        const model = new Model();
        const leases: Claim[] = [];
        for (const step of actions) {
          if (step.do === "claim") {
            const expected = model.claim(leases.length);
            const claim = await worker.claim();
            expect(claim !== undefined).toBe(expected);
            if (claim !== undefined) leases.push(claim);
          } else if (step.do === "cancel") {
            if (model.state !== "queued" && model.state !== "running") continue;
            model.cancel();
            await owner.call("DELETE", `/api/generated-images/${id}`);
          } else {
            const claim = leases[step.lease];
            if (claim === undefined) continue;
            expect(await act(worker, step.do, claim)).toBe(model.call(step.do, step.lease));
          }
          expect(await owner.image(id)).toMatchObject({ status: model.state });
        }
        // The next run begins with an empty queue.
        if (model.state === "queued" || model.state === "running")
          await owner.call("DELETE", `/api/generated-images/${id}`);
      }),
      { numRuns: count(60, 1000) },
    );
  });
});
