import { LocalDrawer } from "../generation/local-drawer.ts";
import { Library } from "../models/library.ts";
import { History } from "../history/history.ts";
import { m } from "../paraglide/messages.js";
import { Fields } from "./fields/fields.svelte.ts";
import { FurtherSettings } from "./fields/further-settings.svelte.ts";
import { Grids } from "./grid/grids.svelte.ts";
import { Editing } from "./editor/editing.svelte.ts";
import { Incoming } from "./incoming/incoming.svelte.ts";
import { KeptStyles } from "./prompt/kept-styles.svelte.ts";
import { KeptWordLists } from "./prompt/kept-word-lists.svelte.ts";
import { RecentPrompts } from "./prompt/recent-prompts.svelte.ts";
import { hearLaunches } from "./platform/launches.ts";
import { Install } from "./platform/install.svelte.ts";
import { Notifications } from "./platform/notifications.svelte.ts";
import { Shelf } from "./library/shelf.svelte.ts";
import { Backlog } from "./seeing/backlog.svelte.ts";
import { Categories } from "./seeing/categories.svelte.ts";
import { PageRest } from "./seeing/page-rest.ts";
import { Safety } from "./seeing/safety.svelte.ts";
import { Seer } from "./seeing/seer.ts";
import { Sights } from "./seeing/sights.svelte.ts";
import { idle } from "./shell/next-task.ts";
import { Route } from "./shell/route.svelte.ts";
import { ThemeChoice } from "./shell/theme.svelte.ts";
import { Toasts } from "./shell/toasts.svelte.ts";
import { Updates } from "./shell/updates.svelte.ts";
import { APP_MODELS, isAppModel } from "../models/app-models.ts";
import { StartingPicture } from "./starting-picture/starting-picture.svelte.ts";
import { Catalogue } from "./studio/catalogue.svelte.ts";
import { Device } from "./studio/device.svelte.ts";
import { Preparation } from "./studio/preparation.svelte.ts";
import { JobDrawer } from "./studio/job-drawer.ts";
import { Studio } from "./studio/studio.svelte.ts";
import { forgetOnServer } from "./wall/forget-on-server.ts";
import { Wall } from "./wall/wall.svelte.ts";

/** `?webgpu=software`: a software adapter counts as a GPU, for tests. */
const allowSoftware = new URLSearchParams(location.search).get("webgpu") === "software";
const library = new Library();
const local = new LocalDrawer(library);
const history = new History();
const toasts = new Toasts();
const route = new Route();
const fields = new Fields();
const further = new FurtherSettings();
const startingPicture = new StartingPicture(history.inputs);
const styles = new KeptStyles();
const wordLists = new KeptWordLists();
const recent = new RecentPrompts();
const shelf = new Shelf(library);
const catalogue = new Catalogue(shelf);
const device = new Device(local);
const updates = new Updates();
const notifications = new Notifications();
const install = new Install();
const seer = new Seer();
const categories = new Categories(history, seer);
const sights = new Sights({ history, seer, categories });
const wall = new Wall(history, toasts, route);
const safety = new Safety({
  history,
  seer,
  model: () => shelf.safetyModel,
  find: (id) => wall.find(id),
});
const backlog = new Backlog({
  history,
  seer,
  categories,
  jobs: () => wall.jobs ?? [],
  rest: new PageRest(),
});
const drawer = new JobDrawer({
  catalogue,
  device,
  local,
  allowSoftware,
  onDrawnHere: (model) => shelf.noteUse(model),
});

/** The page's parts, made once and wired here: components take from it what they show. */
export const easel = {
  route,
  shelf,
  fields,
  further,
  startingPicture,
  incoming: new Incoming(),
  editing: new Editing(() => catalogue.find(fields.values.model)?.sizes ?? []),
  styles,
  wordLists,
  recent,
  catalogue,
  device,
  drawer,
  grids: new Grids(),
  history,
  toasts,
  updates,
  notifications,
  install,
  seer,
  backlog,
  categories,
  sights,
  safety,
  theme: new ThemeChoice(),
  preparation: new Preparation(),
  wall,
  studio: new Studio({
    fields,
    further,
    start: startingPicture,
    styles,
    wordLists,
    recent,
    catalogue,
    history,
    drawer,
    onEnded: (prompt, succeeded) => {
      if (succeeded) install.noteDrawn();
      void notifications.tell(prompt, succeeded);
    },
    onKept: (job) => {
      void categories.note(job);
      sights.note(job);
    },
  }),
};

/** Before anything is shown: the drawing worker loads, and the history is read, while the page is made. */
export function warmUp(): void {
  void drawer.warmUp(fields.values.model, fields.values.where);
  easel.wall.follow();
  if (route.name === "studio") void import("./wall/WallView.svelte").catch(() => undefined);
}

/** What happens once on start, in the order of what a user waits for. */
export async function start(): Promise<void> {
  hearLaunches((picture) => {
    if (picture !== null) easel.incoming.offer(picture);
    else toasts.say(m.incoming_lost());
  });
  const recovered = recover();
  startingPicture.restore();
  const loaded = catalogue.load(device.secureContext ? shelf.open() : Promise.resolve());
  await catalogue.settled(fields.values.model);
  const model = catalogue.find(fields.values.model);
  if (model?.onDevice === true || model?.onServer === true) fields.suggest(model);
  await Promise.allSettled([loaded, recovered]);
  await idle();
  // Its worker fetches all that the page may need without a network: what is on the screen comes first.
  await Promise.allSettled([updates.register()]);
  await prepare();
  backlog.begin();
  if (device.secureContext) library.listen((event) => void (event.type === "installed" && mend()));
}

/** A file of the app's own model was found altered: it is fetched again unasked, as it was at first. */
async function mend(): Promise<void> {
  const damaged = await library.damaged().catch(() => []);
  if (damaged.some(({ manifest }) => isAppModel(manifest.id))) await prepare();
}

/** Has this device keep what it needs to draw without a network; after a failure it may be tried again. */
export async function prepare(): Promise<void> {
  if (!device.secureContext) return;
  const backends = await device.probe();
  if (!device.keepsModels) {
    easel.preparation.refuse(m.verdict_no_storage);
    return;
  }
  const webgpu = backends.some(
    ({ provider, available, software }) =>
      provider === "webgpu" && (available || (software && allowSoftware)),
  );
  await easel.preparation.run(library, APP_MODELS[0], webgpu, updates);
}

/** What an earlier visit, or another tab that has died since, left unfinished. */
async function recover(): Promise<void> {
  await history.markInterrupted();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && "locks" in navigator) void history.markInterrupted();
  });
  for (const job of await history.sweepDeleted()) await forgetOnServer(job);
}
