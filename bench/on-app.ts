import { EaselServer } from "../e2e/easel-server.ts";
import { buildWhatIsStale } from "../scripts/build.mjs";
import { onProfile, type Profile } from "./profile.ts";

/** The app as its users have it: built, served as `npm start` does, and a browser for it. */
export interface App {
  url: string;
  /** Nothing of the app is in it at first. */
  profile: Profile;
}

export async function onApp<Value>(work: (app: App) => Promise<Value>): Promise<Value> {
  await buildWhatIsStale();
  const server = await EaselServer.start();
  try {
    return await onProfile((profile) => work({ url: server.url, profile }));
  } finally {
    await server.dispose();
  }
}
