import { z } from "zod";
import type { Camel } from "./casing.ts";

export const OWNER_COOKIE = "easel_owner";

/** POST /api/owners: the token is shown once and is hashed at rest. */
export const ownerCreatedSchema = z.object({ token: z.string() });

/** How long a code lets a second device join. */
export const LINK_MINUTES = 10;
export const MOST_DEVICES = 50;

/** POST /api/owners/links: a code for one further device. */
export const ownerLinkSchema = z.object({
  code: z.string(),
  /** Opens the page that uses it, under the address that the caller knows. */
  url: z.url(),
  /** The same for other devices in the network, the likeliest first. Empty: only this machine reaches the server. */
  network_urls: z.array(z.url()),
  expires_at: z.iso.datetime(),
});
export type OwnerLink = Camel<z.infer<typeof ownerLinkSchema>>;

/** POST /api/owners/joins: the code for a token of the same owner. `name`: what the other devices see it as. */
export const joinInputSchema = z.strictObject({
  code: z.string().min(1).max(100),
  name: z.string().trim().min(1).max(100).optional(),
});
export type JoinInput = Camel<z.infer<typeof joinInputSchema>>;

export const ownerDeviceSchema = z.object({
  id: z.uuid(),
  /** Null: it told none. */
  name: z.string().nullable(),
  created_at: z.iso.datetime(),
  /** It is the one that asks. */
  current: z.boolean(),
  /** False: its token was given out by whoever runs the server, who alone takes it back. */
  revocable: z.boolean(),
});
export type OwnerDevice = Camel<z.infer<typeof ownerDeviceSchema>>;
/** GET /api/owners/devices, the first device first. */
export const ownerDeviceListSchema = z.object({ devices: z.array(ownerDeviceSchema) });

/** The page's address for a code, behind the #: servers and proxies log no fragment. */
export const JOIN_HASH = "#/join/";
