import type { DeviceProfile } from "../../contracts/device.ts";
import type { BackendReport } from "../../contracts/diffusion-worker.ts";
import { numberWords, sizeWords } from "../../language/quantities.ts";
import { lackWords } from "../../language/lack-words.ts";
import { m } from "../../paraglide/messages.js";
import { getLocale, type Locale } from "../../paraglide/runtime.js";

/**
 * The probe's table in words, one row a fact.
 * @param locale for the page its own language, for a bug report English
 */
export function deviceRows(profile: DeviceProfile, locale: Locale = getLocale()): [string, string][] {
  const { adapter, storage, benchmark, backends } = profile;
  const said = { locale };
  const yesOrNo = (yes: boolean) => (yes ? m.device_yes({}, said) : m.device_no({}, said));
  const told = (value: number | null, words: (value: number) => string) =>
    value === null ? m.device_not_told({}, said) : words(value);
  const number = (value: number) => numberWords(value, undefined, locale);
  const size = (bytes: number) => sizeWords(bytes, locale);
  const gibibytes = (bytes: number) => m.device_memory_or_more({ size: `${bytes / 2 ** 30} GiB` }, said);
  const backend = (report: BackendReport) => {
    const reason = lackWords(report.lacks, locale);
    if (reason !== null) return m.device_not({ reason }, said);
    if (report.provider === "wasm") return m.device_on_wasm({ count: report.threads }, said);
    return m.device_on_gpu({ name: adapter?.name ?? "" }, said);
  };

  const threads = ({ isolated, sharesMemory }: DeviceProfile) => {
    if (!isolated) return m.device_threads_no({}, said);
    return sharesMemory ? m.device_threads_yes({}, said) : m.device_threads_unshared({}, said);
  };

  return [
    [m.device_browser({}, said), profile.browser],
    [m.device_draws_with({}, said), backends.map(backend).join(" ")],
    [m.device_gpu({}, said), adapter === null ? m.device_gpu_none({}, said) : adapter.name],
    ...(adapter === null
      ? []
      : ([
          [m.device_fp16({}, said), yesOrNo(adapter.features.includes("shader-f16"))],
          [m.device_subgroups({}, said), yesOrNo(adapter.features.includes("subgroups"))],
          // WebGPU's own names.
          ...Object.entries(adapter.limits).map(([name, value]) => [name, number(value)]),
        ] as [string, string][])),
    [
      m.device_gpu_speed({}, said),
      benchmark.gpu === null
        ? m.device_not_measured({}, said)
        : m.device_multiply_adds({ count: number(benchmark.gpu) }, said),
    ],
    [
      m.device_processor_speed({}, said),
      m.device_multiply_adds_thread({ count: number(benchmark.processor) }, said),
    ],
    [m.device_cores({}, said), told(profile.cores, number)],
    [m.device_memory({}, said), told(profile.memoryBytes, gibibytes)],
    [
      m.device_storage({}, said),
      storage === null
        ? m.device_storage_none({}, said)
        : m.device_storage_used({ used: size(storage.usageBytes), total: size(storage.quotaBytes) }, said),
    ],
    ...(storage === null
      ? []
      : ([
          [
            m.device_kept({}, said),
            storage.persisted ? m.device_kept_always({}, said) : m.device_kept_until({}, said),
          ],
        ] as [string, string][])),
    [m.device_secure({}, said), yesOrNo(profile.secureContext)],
    [m.device_threads({}, said), threads(profile)],
    [m.device_jspi({}, said), yesOrNo(profile.jspi)],
  ];
}

/** As lines of text to be copied into a bug report: in English, whatever the page's language. */
export function deviceReport(profile: DeviceProfile): string {
  return deviceRows(profile, "en")
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}
