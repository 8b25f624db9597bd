/**
 * The cost of a job through the public API (`runJob`: added, claimed, run, result stored and returned), beside the same
 * rows written by the bare driver: in one process, in turns, so that what else the machine does falls on both alike. The
 * ratio is that of the CPU time of one job (of all threads), the median of the turns; jobs a second are for the feel of
 * it, and mean little on a busy machine.
 *
 * Usage: deno run -A bench/end_to_end.ts [jobs of a turn] [in flight] [full|normal]
 */
import { join } from "node:path";
import process from "node:process";
import { systemClock } from "../src/time/system_clock.ts";
import { inFolder } from "./bench_folder.ts";
import { bareDriver, type Setting, type Way } from "./raw_ceiling.ts";
import { printTable, quantile } from "./report.ts";
import { startedScheduler } from "./through_scheduler.ts";

/** Turns of each, the first ones for compilers and caches. */
const TURNS = { warmUp: 4, counted: 30 } as const;

/** The time of one turn, per job. */
interface Turn {
  readonly cpuUs: number;
  readonly perSecond: number;
}

async function turn(way: Way, jobs: number): Promise<Turn> {
  const startMs = systemClock.monotonicMs();
  const before = process.cpuUsage();
  await way.run(jobs);
  const { user, system } = process.cpuUsage(before);
  const perSecond = jobs / (systemClock.monotonicMs() - startMs) * 1000;
  return { cpuUs: (user + system) / jobs, perSecond };
}

async function measure(setting: Setting, folder: string): Promise<readonly (readonly [Turn, Turn])[]> {
  const driver = await bareDriver(`file:${join(folder, "driver.db")}`, setting);
  const scheduler = await startedScheduler(`file:${join(folder, "scheduler.db")}`, setting);
  const turns: (readonly [Turn, Turn])[] = [];
  for (let number = 0; number < TURNS.warmUp + TURNS.counted; number++) {
    const both = [await turn(scheduler, setting.jobs), await turn(driver, setting.jobs)] as const;
    if (number >= TURNS.warmUp) turns.push(both);
  }
  await scheduler.close();
  await driver.close();
  return turns;
}

const [jobs = "4000", inFlight, synchronous] = process.argv.slice(2);
const columns = ["synchronous, in flight", "CPU µs", "driver", "ratio", "jobs/s", "driver/s"];
const print = printTable(columns);
for (const level of ["normal", "full"] as const) {
  if (synchronous !== undefined && synchronous !== level) continue;
  for (const flight of inFlight === undefined ? [100, 1000] : [Number(inFlight)]) {
    const setting = { jobs: Number(jobs), inFlight: flight, synchronous: level };
    const turns = await inFolder((folder) => measure(setting, folder));
    const middle = (of: (turn: readonly [Turn, Turn]) => number) => quantile(turns.map(of), 0.5);
    print(
      `${level}, ${flight}`,
      middle(([scheduler]) => scheduler.cpuUs),
      middle(([, driver]) => driver.cpuUs),
      middle(([scheduler, driver]) => driver.cpuUs / scheduler.cpuUs),
      middle(([scheduler]) => scheduler.perSecond),
      middle(([, driver]) => driver.perSecond),
    );
  }
}
