/**
 * What a process that loads models is started with. glibc raises the size from which it gives freed memory back to the
 * system with every large block freed, up to 32 MB: released weights then stay with the process. A fixed threshold
 * keeps the peak low and gives weights back. Other C libraries do not read it.
 */
export const INFERENCE_ENVIRONMENT = Object.freeze({ MALLOC_TRIM_THRESHOLD_: "131072" });
