/** The hub that models are looked for at, unless its user names another. */
export const HUB_ADDRESS = "https://huggingface.co";
