import { collectDefaultMetrics, Counter, Histogram, Registry } from "prom-client";
import type { z } from "zod";
import type { secondsSchema } from "../../src/contracts/progress.ts";

const HTTP_BUCKETS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60];
const JOB_BUCKETS = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000];

/** What one process counts, in Prometheus' terms; several API servers are added up by whoever asks them. */
export class Metrics {
  readonly registry = new Registry();
  readonly httpRequests: Counter<"method" | "route" | "status">;
  readonly httpSeconds: Histogram<"method" | "route">;
  readonly jobSeconds: Histogram<"model" | "stage">;
  readonly jobsEnded: Counter<"model" | "status">;
  readonly leasesLost: Counter;
  readonly cacheAnswers: Counter<"outcome">;
  readonly storageErrors: Counter<"operation">;
  readonly predictions: Counter<"task" | "outcome">;
  readonly predictionSeconds: Histogram<"task">;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.httpRequests = new Counter({
      name: "easel_http_requests_total",
      help: "Requests by route and status.",
      labelNames: ["method", "route", "status"],
      registers,
    });
    this.httpSeconds = new Histogram({
      name: "easel_http_request_seconds",
      help: "Time until a reply begins.",
      labelNames: ["method", "route"],
      buckets: HTTP_BUCKETS,
      registers,
    });
    this.jobSeconds = new Histogram({
      name: "easel_job_seconds",
      help: "Drawn pictures: waiting, and the stages of drawing.",
      labelNames: ["model", "stage"],
      buckets: JOB_BUCKETS,
      registers,
    });
    this.jobsEnded = new Counter({
      name: "easel_jobs_ended_total",
      help: "Pictures that are over.",
      labelNames: ["model", "status"],
      registers,
    });
    this.leasesLost = new Counter({
      name: "easel_leases_lost_total",
      help: "Attempts whose worker went away without a word.",
      registers,
    });
    this.cacheAnswers = new Counter({
      name: "easel_cache_answers_total",
      help: "Requests with a fixed seed, by whether the picture was there already.",
      labelNames: ["outcome"],
      registers,
    });
    this.storageErrors = new Counter({
      name: "easel_storage_errors_total",
      help: "Calls of the object store that failed.",
      labelNames: ["operation"],
      registers,
    });
    this.predictions = new Counter({
      name: "easel_predictions_total",
      help: "Texts and pictures that were to be seen: cached, seen, failed, timed_out, or unattended: no worker was there.",
      labelNames: ["task", "outcome"],
      registers,
    });
    this.predictionSeconds = new Histogram({
      name: "easel_prediction_seconds",
      help: "From a request to what a worker saw.",
      labelNames: ["task"],
      buckets: HTTP_BUCKETS,
      registers,
    });
  }

  /** A picture was drawn; `waited` in seconds. */
  drawn(model: string, waited: number, seconds: z.infer<typeof secondsSchema>): void {
    this.jobsEnded.inc({ model, status: "succeeded" });
    this.jobSeconds.observe({ model, stage: "wait" }, waited);
    for (const [stage, value] of Object.entries(seconds)) this.jobSeconds.observe({ model, stage }, value);
  }
}
