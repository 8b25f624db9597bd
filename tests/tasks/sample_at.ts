import type { Sample } from "../../tasks/parts/sample.ts";

/** A sample of a machine with a GiB of memory, half of it used. */
export function sampleAt(atMs: number, more: Partial<Sample> = {}): Sample {
  return {
    atMs,
    cpuBusy: 0.25,
    load: 1.5,
    memoryUsedBytes: 2 ** 29,
    memoryTotalBytes: 2 ** 30,
    diskUsedBytes: 3 * 2 ** 30,
    diskTotalBytes: 4 * 2 ** 30,
    lagMs: 4,
    ...more,
  };
}
