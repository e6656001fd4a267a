import { expose } from "comlink";
import { DiffusionWorker } from "./diffusion-worker.ts";

expose(new DiffusionWorker());
