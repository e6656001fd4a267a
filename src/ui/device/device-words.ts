import type { DeviceProfile } from "../../contracts/device.ts";
import { sizeWords } from "../library/size-words.ts";

/** The probe's table in words, one row a fact: for the page, and to be copied into a bug report. */
export function deviceRows(profile: DeviceProfile): [string, string][] {
  const { adapter, storage, benchmark, backends } = profile;
  const told = (value: number | null, words: (value: number) => string) =>
    value === null ? "the browser does not tell" : words(value);
  return [
    ["Browser", profile.browser],
    ["Draws with", backends.map(({ reason, available }) => `${available ? "" : "Not: "}${reason}`).join(" ")],
    ["GPU", adapter === null ? "none that the browser gives" : adapter.name],
    ...(adapter === null
      ? []
      : ([
          ["16-bit floats", adapter.features.includes("shader-f16") ? "yes" : "no"],
          ["Subgroups", adapter.features.includes("subgroups") ? "yes" : "no"],
          ...Object.entries(adapter.limits).map(([name, value]) => [name, value.toLocaleString("en")]),
        ] as [string, string][])),
    [
      "GPU speed",
      benchmark.gpu === null
        ? "not measured: there is none to draw with"
        : `${benchmark.gpu.toLocaleString("en")} million multiply-adds a second`,
    ],
    [
      "Processor speed",
      `${benchmark.processor.toLocaleString("en")} million multiply-adds a second, one thread`,
    ],
    ["Cores", told(profile.cores, String)],
    ["Memory", told(profile.memoryBytes, (bytes) => `${bytes / 2 ** 30} GiB or more`)],
    [
      "Storage",
      storage === null ? "none" : `${sizeWords(storage.usageBytes)} of ${sizeWords(storage.quotaBytes)}`,
    ],
    [
      "Storage is kept",
      storage?.persisted === true ? "until you delete it" : "until the browser needs the room",
    ],
    ["Secure page", profile.secureContext ? "yes" : "no"],
    ["Threads", profile.isolated ? "yes: cross-origin isolated" : "no: not cross-origin isolated"],
    ["Promise integration (JSPI)", profile.jspi ? "yes" : "no"],
  ];
}

/** As lines of text. */
export function deviceReport(profile: DeviceProfile): string {
  return deviceRows(profile)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}
