import { toSnake } from "../contracts/casing.ts";
import {
  ownerCreatedSchema,
  ownerDeviceListSchema,
  ownerLinkSchema,
  type JoinInput,
  type OwnerDevice,
  type OwnerLink,
} from "../contracts/owner.ts";
import { callApi, readJson } from "./api.ts";
import { ensureOwner } from "./owner.ts";

/** The devices that are one owner to the server, this one among them. Each call throws an EaselError as the server sends it. */
export async function listDevices(): Promise<OwnerDevice[]> {
  await ensureOwner();
  return (await readJson(await callApi("/api/owners/devices"), ownerDeviceListSchema)).devices;
}

/** A code for one further device; an earlier one ends. */
export async function linkDevice(): Promise<OwnerLink> {
  await ensureOwner();
  return await readJson(await callApi("/api/owners/links", { method: "POST" }), ownerLinkSchema);
}

/** Makes this browser a device of whose code it is; the cookie is the new one from here on. */
export async function joinOwner(input: JoinInput): Promise<void> {
  const response = await callApi("/api/owners/joins", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(toSnake(input)),
  });
  await readJson(response, ownerCreatedSchema);
}

export async function removeDevice(id: string): Promise<void> {
  await ensureOwner();
  await callApi(`/api/owners/devices/${id}`, { method: "DELETE" });
}
