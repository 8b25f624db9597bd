import { statfs } from "node:fs/promises";
import * as os from "node:os";
import process from "node:process";
import type { Sample } from "./sample.ts";

/** Milliseconds that all processors together have spent since they were started. */
export interface CpuTime {
  readonly idleMs: number;
  readonly totalMs: number;
}

/** The processors' time so far. */
export function cpuTime(): CpuTime {
  const times = os.cpus().map((cpu) => cpu.times);
  const idleMs = times.reduce((sum, { idle }) => sum + idle, 0);
  const totalMs = times.reduce(
    (sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq,
    0,
  );
  return { idleMs, totalMs };
}

/** The share of the processors' time that was used between two samples; null when no time has passed. */
export function cpuBusy(before: CpuTime | undefined, now: CpuTime): number | null {
  const totalMs = before === undefined ? 0 : now.totalMs - before.totalMs;
  if (before === undefined || totalMs <= 0) return null;
  return Math.min(Math.max(0, 1 - (now.idleMs - before.idleMs) / totalMs), 1);
}

/** The average number of programs that ran or waited; Windows keeps no such number and returns zero. */
export function loadAverage(platform: string = process.platform): number | null {
  return platform === "win32" ? null : os.loadavg()[0] ?? null;
}

/** Memory in use. */
export function memory(): Pick<Sample, "memoryUsedBytes" | "memoryTotalBytes"> {
  const memoryTotalBytes = os.totalmem();
  return { memoryUsedBytes: memoryTotalBytes - os.freemem(), memoryTotalBytes };
}

/** Used space of a folder's disk. */
export async function disk(folder: string): Promise<Pick<Sample, "diskUsedBytes" | "diskTotalBytes">> {
  try {
    const { bsize, blocks, bfree } = await statfs(folder);
    return { diskUsedBytes: (blocks - bfree) * bsize, diskTotalBytes: blocks * bsize };
  } catch {
    // Some network drives do not report it.
    return { diskUsedBytes: null, diskTotalBytes: null };
  }
}
