import { expose } from "comlink";
import { LibraryWorker } from "./library-worker.ts";

expose(new LibraryWorker());
