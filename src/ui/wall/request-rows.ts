import type { Job } from "../../history/database.ts";

const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** The full request, as names and values: with it and the model anyone can draw the picture again. */
export function rowsOf({ request, result, drawnBy, createdAt }: Job): [name: string, value: string][] {
  const rows: [string, string][] = [
    ["Prompt", request.prompt],
    ["Negative prompt", request.negativePrompt],
    ["Seed", String(request.seed)],
    ["Steps", String(request.numSteps)],
    ["Guidance", String(request.guidanceScale)],
    ["Size", `${request.width} × ${request.height}`],
    ["Scheduler", [request.scheduler, request.sigmas === "default" ? "" : request.sigmas].join(" ").trim()],
    ["Model", [request.model, result?.modelRevision ?? ""].join(" ").trim()],
    ["Drawn by", drawnBy ?? ""],
    ["Took", result === null ? "" : `${result.seconds.total.toFixed(1)} s`],
    ["Asked for", when.format(createdAt)],
  ];
  return rows.filter(([, value]) => value !== "");
}
