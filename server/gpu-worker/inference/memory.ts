/**
 * What a process that loads models is started with, where its operator has not set it himself. glibc raises both sizes
 * with every large block freed, up to 32 MB: released weights then stay with the process. Fixed ones keep the peak low:
 * weights lie in blocks of their own and go back at once, while what is small, such as a step's latents, is used again
 * rather than fetched from the system anew. Weights in huge pages are read some 2 % quicker (median of 12 pairs of
 * pictures, 48.7 M parameters, 512 x 512). Other C libraries do not read it.
 */
export const INFERENCE_ENVIRONMENT = Object.freeze({
  MALLOC_MMAP_THRESHOLD_: "131072",
  MALLOC_TRIM_THRESHOLD_: "33554432",
  GLIBC_TUNABLES: "glibc.malloc.hugetlb=1",
});
