/** Whether a server of ours stands behind this page; `npm run build:static` makes one that has none. */
export const HAS_SERVER = import.meta.env.MODE !== "static";
