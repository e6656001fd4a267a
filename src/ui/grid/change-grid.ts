import type { Job } from "../../history/database.ts";
import { easel } from "../easel.ts";
import { usePicture } from "../studio/use-picture.ts";
import { keepGridSetup } from "./grid-setup.svelte.ts";

/** Opens the panel with what a grid was made of: its axes, and in the fields what its pictures share. */
export async function changeGrid(job: Job): Promise<void> {
  if (job.grid === undefined) return;
  keepGridSetup(job.grid);
  await usePicture(job, "everything");
  easel.grids.panel = true;
}
