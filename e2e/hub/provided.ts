import "vitest";

declare module "vitest" {
  /** What the browser tests are given, by vitest-hub.ts. */
  interface ProvidedContext {
    /** The fault hub's address. */
    hub: string;
    /** Whether the full counts run. */
    soak: boolean;
  }
}
