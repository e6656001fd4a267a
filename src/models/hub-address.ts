/** The hub that models are looked for at, unless its user names another. */
export const HUB_ADDRESS = "https://huggingface.co";

/** Whether a hub could be there. */
export function isHubAddress(address: string): boolean {
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
}
