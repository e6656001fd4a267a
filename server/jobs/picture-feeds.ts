import { sql } from "drizzle-orm";
import type { ProgressWire } from "../../src/contracts/progress.ts";
import type { Status } from "../../src/contracts/generated-image.ts";
import type { Connection } from "../db/connect.ts";
import { generatedImageEvents, generatedImages } from "../db/schema.ts";
import type { Logger } from "../log.ts";
import { drawingRate, etaSeconds, readingRate, type ReadRate } from "./queue-position.ts";
import type { WakeHub } from "./wake.ts";

/** Besides being woken: positions change without a word, and another process' word may be lost. */
const LOOK_MILLISECONDS = 1000;

/** Who watches one picture. */
export interface Watcher {
  /** Something happened. Without a number it holds for the moment and is not told again. */
  tell: (event: ProgressWire, id?: number) => void;
  /** About once a second: time for a sign of life. */
  tick: () => void;
  /** The picture was removed, or the server stops. */
  end: () => void;
}

interface Watch {
  watcher: Watcher;
  /** The number of the event that it was told last. */
  last: number;
  /** Where it was told that the picture stands. */
  place: string;
}

interface Feed {
  watches: Set<Watch>;
  stop: () => void;
}

/** A picture as the feeds read it; no status: it was removed. */
type Read = { id: string; status: Status | null; model: string; events: [id: number, event: ProgressWire][] };

/**
 * What happens to pictures, read once for all who watch in this process: however many streams are open, they cost two
 * statements a second.
 */
export class PictureFeeds {
  readonly #connection: Pick<Connection, "database">;
  readonly #hub: WakeHub;
  readonly #log: Logger;
  readonly #stopping: AbortSignal;
  readonly #feeds = new Map<string, Feed>();
  readonly #changed = new Set<string>();
  #reading = false;
  #looking: NodeJS.Timeout | undefined;

  constructor(
    connection: Pick<Connection, "database">,
    hub: WakeHub,
    { log, stopping }: { log: Logger; stopping: AbortSignal },
  ) {
    this.#connection = connection;
    this.#hub = hub;
    this.#log = log;
    this.#stopping = stopping;
    stopping.addEventListener("abort", () => {
      for (const { watcher } of this.#all()) watcher.end();
    });
  }

  /**
   * Tells a picture's events after number `after`, then those that come, and where it stands while it waits.
   *
   * @returns ends it
   */
  watch(id: string, after: number, watcher: Watcher): () => void {
    const feed = this.#feeds.get(id) ?? this.#open(id);
    const watch = { watcher, last: after, place: "" };
    feed.watches.add(watch);
    if (this.#stopping.aborted) setImmediate(() => watcher.end());
    else this.#look([id]);
    return () => {
      feed.watches.delete(watch);
      if (feed.watches.size === 0 && this.#feeds.get(id) === feed) this.#close(id, feed);
    };
  }

  #open(id: string): Feed {
    const watches = new Set<Watch>();
    const stops = [
      this.#hub.onPicture(id, () => this.#look([id])),
      this.#hub.onPreview(id, (event) => {
        for (const { watcher } of watches) watcher.tell(event);
      }),
    ];
    const feed = { watches, stop: () => stops.forEach((stop) => stop()) };
    this.#feeds.set(id, feed);
    this.#looking ??= setInterval(() => {
      for (const { watcher } of this.#all()) watcher.tick();
      this.#look(this.#feeds.keys());
    }, LOOK_MILLISECONDS);
    return feed;
  }

  #close(id: string, feed: Feed): void {
    feed.stop();
    this.#feeds.delete(id);
    if (this.#feeds.size > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  #all(): Watch[] {
    return [...this.#feeds.values()].flatMap(({ watches }) => [...watches]);
  }

  /** Reads these, with whatever else changes until the reading before is over. */
  #look(ids: Iterable<string>): void {
    for (const id of ids) this.#changed.add(id);
    if (this.#reading) return;
    this.#reading = true;
    // What is opened with it joins it.
    setImmediate(() => {
      void this.#readAll()
        .catch((error: unknown) =>
          this.#log.warn({ err: error }, "Watched pictures could not be read; they are tried again."),
        )
        .finally(() => (this.#reading = false));
    });
  }

  async #readAll(): Promise<void> {
    while (this.#changed.size > 0) {
      const ids = [...this.#changed].filter((id) => this.#feeds.has(id));
      this.#changed.clear();
      if (ids.length === 0) return;
      const pictures = await this.#read(ids);
      const places = await this.#places(pictures.filter(({ status }) => status === "queued"));
      for (const picture of pictures) this.#tell(picture, places.get(picture.id));
    }
  }

  #tell({ id, status, events }: Read, place: ProgressWire | undefined): void {
    const spelled = JSON.stringify(place);
    for (const watch of [...(this.#feeds.get(id)?.watches ?? [])]) {
      if (status === null) watch.watcher.end();
      for (const [number, event] of events) {
        if (number <= watch.last) continue;
        watch.last = number;
        const waits = event.type === "queued" && place !== undefined;
        if (waits) watch.place = spelled;
        watch.watcher.tell(waits ? place : event, number);
      }
      if (place === undefined || watch.place === spelled) continue;
      watch.place = spelled;
      watch.watcher.tell(place);
    }
  }

  async #read(ids: readonly string[]): Promise<Read[]> {
    const after = ids.map((id) =>
      Math.min(...[...(this.#feeds.get(id)?.watches ?? [])].map(({ last }) => last)),
    );
    const { rows } = await this.#connection.database.execute<Read>(sql`
      select watched.id, picture.status, coalesce(picture.model, '') as model, coalesce((
        select json_agg(json_build_array(told.id, told.event) order by told.id) from ${generatedImageEvents} as told
        where told.generated_image_id = watched.id and told.id > watched.after), '[]') as events
      from unnest(${sql.param(ids)}::uuid[], ${sql.param(after)}::bigint[]) as watched (id, after)
      left join ${generatedImages} as picture on picture.id = watched.id`);
    return rows;
  }

  /** Where waiting pictures stand: as many of their model are drawn first. */
  async #places(waiting: readonly Read[]): Promise<ReadonlyMap<string, ProgressWire>> {
    if (waiting.length === 0) return new Map();
    const [ids, models] = [waiting.map(({ id }) => id), [...new Set(waiting.map(({ model }) => model))]];
    const { rows } = await this.#connection.database.execute<{
      places: { id: string; position: number; model: string }[];
      rates: Record<string, ReadRate>;
    }>(sql`
      select
        (select coalesce(json_agg(placed), '[]') from (
          select id, model, rank() over (partition by model order by tag, created_at) - 1 as position
          from ${generatedImages} where status = 'queued' and model = any(${sql.param(models)}::text[])
        ) as placed where id = any(${sql.param(ids)}::uuid[])) as places,
        (select json_object_agg(asked.model, ${readingRate(sql`asked.model`)})
          from unnest(${sql.param(models)}::text[]) as asked (model)) as rates`);
    const [found] = rows;
    if (found === undefined) throw new Error("The pictures' places were not answered.");
    const rates = new Map(Object.entries(found.rates).map(([model, rate]) => [model, drawingRate(rate)]));
    return new Map(
      found.places.map(({ id, position, model }) => {
        const rate = rates.get(model);
        const eta = rate === undefined ? null : etaSeconds(position, rate);
        return [id, { type: "queued" as const, position, eta_seconds: eta }];
      }),
    );
  }
}
