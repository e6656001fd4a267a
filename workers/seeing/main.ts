import { expose } from "comlink";
import { SeeingWorker } from "./seeing-worker.ts";

expose(new SeeingWorker());
