import { z } from "zod";
import { EaselError } from "../contracts/errors.ts";
import type { HubSettings } from "../contracts/library-worker.ts";

/** A hub's listing is given in pages of a thousand entries; more of them than this is no model. */
const MOST_PAGES = 20;

/** One file of a repository, as the hub's tree API lists it. */
export interface HubFile {
  path: string;
  size: number;
  /** Of a large file: the hub's store knows it. */
  sha256: string | null;
  /** Of a small file, which git holds itself. */
  gitOid: string | null;
  url: string;
}

export interface HubListing {
  /** The commit that a branch's name stands for now: its files never change. */
  commit: string;
  files: HubFile[];
}

const revisionSchema = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) });
const treeSchema = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    size: z.number().int().min(0),
    oid: z.string(),
    lfs: z.object({ oid: z.string(), size: z.number().int().min(0) }).optional(),
  }),
);

/** The token goes to the hub's own address alone, never to where it redirects or to another. */
export function hubHeaders(url: string, { address, token }: HubSettings): Readonly<Record<string, string>> {
  const ours = address !== "" && url.startsWith(`${address}/`);
  return token !== null && token !== "" && ours ? { Authorization: `Bearer ${token}` } : {};
}

/**
 * The files of a repository, with size and hash as the hub publishes them.
 * @param repository owner/name
 * @param revision a branch, a tag or a commit
 * @throws EaselError `unknown_model`, `forbidden`, `download_failed`
 */
export async function listRepository(
  signal: AbortSignal,
  hub: HubSettings,
  repository: string,
  revision: string,
): Promise<HubListing> {
  const api = `${hub.address}/api/models/${repository}`;
  const at = encodeURIComponent(revision);
  const answer = await ask(signal, hub, repository, `${api}/revision/${at}`);
  const { sha: commit } = await readAnswer(answer, revisionSchema);
  const files: HubFile[] = [];
  let next: string | undefined = `${api}/tree/${commit}?recursive=true`;
  for (let page = 0; next !== undefined && page < MOST_PAGES; page++) {
    const reply = await ask(signal, hub, repository, next);
    for (const entry of await readAnswer(reply, treeSchema)) {
      if (entry.type !== "file") continue;
      files.push({
        path: entry.path,
        size: entry.lfs?.size ?? entry.size,
        sha256: hexOf(entry.lfs?.oid, 64),
        gitOid: entry.lfs === undefined ? hexOf(entry.oid, 40) : null,
        url: fileAddress(hub.address, repository, commit, entry.path),
      });
    }
    next = nextPage(reply);
  }
  return { commit, files };
}

/** Where a file of a repository is had. */
function fileAddress(address: string, repository: string, commit: string, path: string): string {
  return `${address}/${repository}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`;
}

async function ask(
  signal: AbortSignal,
  hub: HubSettings,
  repository: string,
  url: string,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal, headers: hubHeaders(url, hub), cache: "no-cache" });
  } catch (cause) {
    if (signal.aborted) throw new EaselError("interrupted", "The look at the hub was stopped.", { cause });
    throw new EaselError("download_failed", `The hub ${hub.address} does not answer.`, {
      hint: "Look at the connection and at the hub's address, then try again.",
      cause,
    });
  }
  if (response.ok) return response;
  const { status } = response;
  if (status === 401 || status === 403) {
    // For a repository that is not there, hubs answer 401 to who shows no token.
    throw new EaselError(
      "forbidden",
      `The hub shows ${repository} only to some accounts, or has no such repository.`,
      {
        hint: "Look at the spelling; accept the model's terms on the hub and give a token of your account.",
      },
    );
  }
  if (status === 404) {
    throw new EaselError("unknown_model", `The hub ${hub.address} has no repository ${repository}.`, {
      hint: "Its id is owner/name, as in the repository's address.",
    });
  }
  throw new EaselError("download_failed", `The hub ${hub.address} answered ${status} for ${repository}.`, {
    hint: "Try again in a moment.",
  });
}

async function readAnswer<Schema extends z.ZodType>(
  response: Response,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const parsed = schema.safeParse(await response.json().catch(() => null));
  if (parsed.success) return parsed.data;
  throw new EaselError("download_failed", `${response.url} does not answer as a hub does.`, {
    hint: "Look at the hub's address: it should speak the API of huggingface.co.",
  });
}

/** The listing goes on at the address of the Link header (RFC 8288) whose relation is next. */
function nextPage(response: Response): string | undefined {
  return /<([^>]+)>\s*;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
}

function hexOf(text: string | undefined, length: number): string | null {
  return text !== undefined && text.length === length && /^[0-9a-f]+$/.test(text) ? text : null;
}
