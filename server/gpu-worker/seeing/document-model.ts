import { MOST_THINGS, PAGES_AT_ONCE, type DocumentPage } from "../../../src/contracts/document.ts";
import { asFailure, EaselError } from "../../../src/contracts/errors.ts";
import type { Found } from "../../../src/contracts/seeing-worker-routes.ts";
import type { RgbaImage } from "../../../src/core/tensor/image.ts";
import { openDetector } from "../../../src/seeing/detector.ts";
import { openEyes } from "../../../src/seeing/eyes/eyes.ts";
import { listedFiles } from "../inference/disk-models.ts";
import { createNodeRuntime } from "../inference/node-runtime.ts";
import { EYES_GRAPH, type SeeingModel } from "../../models/seeing-shelf.ts";
import { openPages, type DocumentPages } from "./document-pages.ts";
import type { GivenJob } from "./messages.ts";
import type { OpenModel } from "./seer.ts";

/** What transformers' pipeline takes a detector of its layout to be sure of. */
const THRESHOLD = 0.5;

type Things = DocumentPage["things"];

interface FindsThings {
  find(image: RgbaImage): Promise<Things>;
  release(): Promise<void>;
}

/** A detector, always on the processor, that looks through documents: a few pages of each at a time. */
export async function openDocumentModel(model: SeeingModel): Promise<OpenModel> {
  const finder = model.files.some(({ path }) => path === EYES_GRAPH)
    ? await openOwn(model)
    : await openLayout(model);
  return {
    async see(jobs, until) {
      const answers: (Found | EaselError | undefined)[] = [];
      for (const job of jobs) {
        const late = answers.length > 0 && performance.now() > until;
        answers.push(late ? undefined : await lookThrough(finder, job, until));
      }
      return answers;
    },
    release: () => finder.release(),
  };
}

/** The next pages of a document: one, and more while there is time. */
async function lookThrough(finder: FindsThings, job: GivenJob, until: number): Promise<Found | EaselError> {
  try {
    if (job.task !== "object-detection") throw new Error("A document's model was given something else.");
    const document = await openPages(job.bytes, job.contentType);
    try {
      return { pageCount: document.count, pages: await findOnPages(finder, document, job.firstPage, until) };
    } finally {
      document.close();
    }
  } catch (thrown) {
    return EaselError.fromFailure(asFailure(thrown));
  }
}

async function findOnPages(
  finder: FindsThings,
  document: DocumentPages,
  first: number,
  until: number,
): Promise<DocumentPage[]> {
  const pages: DocumentPage[] = [];
  for (let page = first; page <= document.count && pages.length < PAGES_AT_ONCE; page++) {
    if (pages.length > 0 && performance.now() > until) break;
    try {
      const image = await document.render(page);
      const { width, height } = image;
      pages.push({ page, width, height, things: await finder.find(image) });
    } catch (thrown) {
      // Those before it are kept first; then it is the first page, and told.
      if (pages.length > 0) break;
      throw thrown;
    }
  }
  return pages;
}

async function openLayout(model: SeeingModel): Promise<FindsThings> {
  const detector = await openDetector(listedFiles(model.folder, model), createNodeRuntime("cpu"));
  return {
    async find(image) {
      const found = await detector.detect(image, THRESHOLD);
      return surest(found.map(({ label, score, box }) => ({ label, labelZh: null, score, box })));
    },
    release: () => detector.release(),
  };
}

async function openOwn(model: SeeingModel): Promise<FindsThings> {
  const eyes = await openEyes(listedFiles(model.folder, model), createNodeRuntime("cpu"));
  return {
    async find(image) {
      const { things } = await eyes.see(image);
      return surest(things.map(({ label, labelZh, score, box }) => ({ label, labelZh, score, box })));
    },
    release: () => eyes.release(),
  };
}

const surest = (things: Things): Things =>
  [...things].sort((a, b) => b.score - a.score).slice(0, MOST_THINGS);
