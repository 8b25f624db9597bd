/**
 * The cost of processes that compete for one file: 1 to 4 of them add, claim, run and end jobs as fast as they
 * can, and each measures how long its event loop stands still. Prints jobs per second of all together, the gaps, and how
 * much of them the process itself was at work: the rest is the disk and, on a machine that does other things, those.
 *
 * Usage: deno run -A bench/contention.ts [seconds] [in flight]; on Bun: bun bench/contention.ts
 */
import { mkdtemp, rm } from "node:fs/promises";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { LoopGaps } from "./loop_gaps.ts";

/** The report of one process. */
interface Told extends LoopGaps {
  readonly jobs: number;
  readonly cpuMs: number;
}

/** Runs one process; resolves to its report. */
async function run(path: string, seconds: string, inFlight: string): Promise<Told> {
  const script = fileURLToPath(new URL("./contention_child.ts", import.meta.url));
  const runtimeArgs = "Deno" in globalThis ? ["run", "-A", "--no-check"] : [];
  const child = spawn(process.execPath, [...runtimeArgs, script, path, seconds, inFlight], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout!.setEncoding("utf8").on("data", (part: string) => text += part);
  await new Promise((resolve) => child.on("close", resolve));
  return JSON.parse(text) as Told;
}

const [seconds = "5", inFlight = "100"] = process.argv.slice(2);
/** The values below which half, 99 % and all are, for a line of the table. */
function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number) => (sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(1);
  return [0.5, 0.99, 1].map((part) => at(part).padStart(8)).join("");
}

process.stdout.write(
  "                      loop stands still (ms)    of that at work (ms)   processor\n" +
    "processes    jobs/s     p50     p99     max     p50     p99     max     µs/job\n",
);
for (const processes of [1, 2, 3, 4]) {
  const folder = await mkdtemp(join(tmpdir(), "carillon-bench-"));
  try {
    const path = join(folder, "store.db");
    const reports = await Promise.all(Array.from({ length: processes }, () => run(path, seconds, inFlight)));
    const jobs = reports.reduce((sum, one) => sum + one.jobs, 0);
    const cpuMs = reports.reduce((sum, one) => sum + one.cpuMs, 0);
    const perSecond = Math.round(jobs / Number(seconds)).toLocaleString("en");
    const gaps = [reports.flatMap((one) => one.gapsMs), reports.flatMap((one) => one.busyMs)];
    process.stdout.write(
      String(processes).padEnd(9) + perSecond.padStart(10) + gaps.map(spread).join("") +
        (cpuMs * 1000 / jobs).toFixed(0).padStart(11) + "\n",
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
