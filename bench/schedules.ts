/**
 * A million schedules: adding them, finding those that are due, moving them on, what they cost while none is due, and
 * what memory that takes.
 *
 * Usage: deno run -A bench/schedules.ts [schedules]
 */
import { join } from "node:path";
import process from "node:process";
import { Scheduler } from "../src/scheduler/scheduler.ts";
import { libsql } from "../src/stores/libsql.ts";
import { newJob, scheduleWrite, versionOf } from "../src/testing/store_conformance/records.ts";
import { sleep } from "../src/time/clock.ts";
import { systemClock } from "../src/time/system_clock.ts";
import { inFolder } from "./bench_folder.ts";
import { noop } from "./through_scheduler.ts";
import { printTable, quantile } from "./report.ts";

const STEP = 1000;
const ROUNDS = 20;
const IDLE_MS = 5000;
/** In an hour, and later than any bench. */
const HOUR_MS = 3_600_000;

const [count = "1000000"] = process.argv.slice(2);
const schedules = Number(count);
const print = printTable(["what", "value", "unit"]);

await inFolder(async (folder) => {
  const url = `file:${join(folder, "schedules.db")}`;
  const store = libsql(url, { synchronous: "normal" });
  await store.open({ clock: systemClock });
  const later = systemClock.nowMs() + HOUR_MS;
  const content = { taskName: noop.name, trigger: { kind: "interval", everyMs: HOUR_MS } };

  const addedMs = await timed(async () => {
    for (let from = 0; from < schedules; from += STEP) {
      const ids = Array.from({ length: Math.min(STEP, schedules - from) }, (_, i) => `schedule-${from + i}`);
      const puts = ids.map((id, i) => {
        return {
          expected: null,
          schedule: scheduleWrite(id, { ...content, nextFireTimeMs: later + from + i }),
        };
      });
      await store.writeSchedules({ puts });
    }
  });
  print("added", schedules / addedMs * 1000, "a second");

  const picked: number[] = [];
  const advanced: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const ids = Array.from({ length: STEP }, (_, i) => `schedule-${(round * STEP + i) % schedules}`);
    const found = await store.getSchedules({ ids: [...new Set(ids)] });
    await store.writeSchedules({
      puts: found.map((record) => {
        const schedule = scheduleWrite(record.id, { ...content, nextFireTimeMs: systemClock.nowMs() - 1 });
        return { expected: versionOf(record), schedule };
      }),
    });
    picked.push(await timed(() => store.dueSchedules(STEP)));
    const { due } = await store.dueSchedules(STEP);
    advanced.push(
      await timed(() =>
        store.advanceSchedules(due.map(({ schedule }, i) => ({
          expected: versionOf(schedule),
          expectedUnfinishedJobs: null,
          schedule: scheduleWrite(schedule.id, { ...content, nextFireTimeMs: later }),
          jobs: [
            newJob(`job-${round}-${i}`, {
              taskName: "bench.unknown",
              scheduleSeq: schedule.seq,
              fireTimeMs: 1,
            }),
          ],
        })))
      ),
    );
  }
  print("1,000 due ones found", quantile(picked, 0.5), "ms");
  print("advanced, with a job each", STEP / quantile(advanced, 0.5) * 1000, "a second");
  await store.close();

  const scheduler = new Scheduler({ store: libsql(url), tasks: [noop], role: "scheduler" });
  const startMs = await timed(() => scheduler.startInBackground());
  print("start of a scheduler", startMs, "ms");
  await sleep(systemClock, IDLE_MS);
  const before = process.cpuUsage();
  await sleep(systemClock, IDLE_MS);
  const { user, system } = process.cpuUsage(before);
  print("idle", (user + system) / 1000 / IDLE_MS * 100, "% of a core");
  print("memory", process.memoryUsage().rss / 1_048_576, "MiB");
  await scheduler.stop();
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = systemClock.monotonicMs();
  await work();
  return systemClock.monotonicMs() - startMs;
}
