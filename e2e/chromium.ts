import { existsSync } from "node:fs";

/**
 * Chromium's flags for tests: SwiftShader gives WebGPU on a machine without a GPU; the rest keeps the browser from
 * calling out by itself.
 */
export const chromiumFlags = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // One browser in a hundred profiles its heap, by chance, and the profiler reads past the end of the stack on which JSPI
  // runs WebAssembly: the page ends (docs/adr/0053). The last such list counts, so it says what Playwright's says too.
  "--enable-features=CDPScreenshotNewSurface,SkipListAccountsWithoutGaiaCookies,HeapProfilerReporting:stable-probability/0/nonstable-probability/0",
];

const candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The system's Chromium: CHROMIUM_PATH, or where Debian and others put it. */
export function chromiumPath(): string {
  const path = process.env.CHROMIUM_PATH ?? candidates.find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw new Error(
      `No Chromium found (looked at CHROMIUM_PATH and ${candidates.join(", ")}). "npm test" installs it.`,
    );
  }
  return path;
}
