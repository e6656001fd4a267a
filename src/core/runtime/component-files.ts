import { EaselError } from "../../contracts/errors.ts";
import type { Manifest } from "../../contracts/model.ts";

/** Where a component's graph lies, and the files beside it that hold its weights. */
export interface ComponentFiles {
  readonly graph: string;
  readonly externalData: readonly {
    /** Its path in the manifest. */
    readonly path: string;
    /** The name by which the graph knows it: relative to the graph's own folder. */
    readonly name: string;
  }[];
}

/** The names under which known exports keep a graph's weights beside it; the first with a number where there are more. */
const EXTERNAL_DATA = [/^model\.onnx_data(_\d+)?$/, /^model\.onnx\.data$/, /^weights\.pb$/];

/**
 * The files of a component (`unet`, `text_encoder_2`, ...): as the manifest's `graphs` says, else as Optimum names
 * them, `unet/model.onnx` and what lies beside it under a known name.
 * @throws EaselError `model_corrupt` where the manifest does not list one of them.
 */
export function componentFiles(manifest: Manifest, component: string): ComponentFiles {
  const known = found.get(manifest) ?? new Map<string, ComponentFiles>();
  found.set(manifest, known);
  const files = known.get(component) ?? findFiles(manifest, component);
  known.set(component, files);
  return files;
}

/** What was found, by manifest: every picture asks for every component. */
const found = new WeakMap<Manifest, Map<string, ComponentFiles>>();

function findFiles(manifest: Manifest, component: string): ComponentFiles {
  const told = manifest.graphs?.find((graph) => graph.component === component);
  const graph = graphPath(manifest, component);
  const folder = graph.slice(0, graph.lastIndexOf("/") + 1);
  const inFolder = (path: string): string | undefined =>
    path.startsWith(folder) ? path.slice(folder.length) : undefined;
  const listed = manifest.files.map(({ path }) => path);
  const beside = listed.filter((path) => EXTERNAL_DATA.some((name) => name.test(inFolder(path) ?? "")));
  const paths = told?.externalData ?? beside;
  for (const path of [graph, ...paths]) {
    if (listed.includes(path)) continue;
    throw new EaselError(
      "model_corrupt",
      `The model ${manifest.id} should have ${path} for its ${component}, but its manifest does not list that file.`,
      {
        hint: "Install the model again; a model whose graphs have other names says so under `graphs` in its manifest.",
      },
    );
  }
  return {
    graph,
    externalData: paths.map((path) => ({ path, name: inFolder(path) ?? path })),
  };
}

/** Whether a model has a component that not every one has: `vae_encoder`, `preview_decoder`. */
export function hasComponent(
  { graphs, files }: Pick<Manifest, "graphs" | "files">,
  component: string,
): boolean {
  return files.some(({ path }) => path === graphPath({ graphs }, component));
}

function graphPath({ graphs }: Pick<Manifest, "graphs">, component: string): string {
  return graphs?.find((graph) => graph.component === component)?.path ?? `${component}/model.onnx`;
}

/** Bytes of a file, by its path in the manifest. */
export function fileSize(manifest: Manifest, path: string): number {
  return manifest.files.find((file) => file.path === path)?.size ?? 0;
}
