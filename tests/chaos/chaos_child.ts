// One scheduler of a cluster of real processes, which also adds and cancels jobs; its journal says what it did.
import process from "node:process";
import { CarillonError } from "../../src/errors.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { sleep } from "../../src/time/clock.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { Random } from "../random.ts";
import { ChaosClient } from "./chaos_client.ts";
import { chaosTasks } from "./chaos_tasks.ts";
import { Journal } from "./journal.ts";
import { journaledStore } from "./journaled_store.ts";
import { CHAOS_LEASE_MS, CHAOS_SCHEDULES, STOOD_MS } from "./workload.ts";

/** Interval at which a process checks whether it stood still. */
const WATCH_MS = 50;

const [url, folder, name, seed, mode] = process.argv.slice(2) as [string, string, string, string, string?];

/** Processes of one run differ, and do the same in the next run with its seed. */
const random = new Random(Number(seed) * 1000 + Number(/\d+$/.exec(name)?.[0]));
const journal = new Journal(folder, name);
const tasks = chaosTasks(journal, random);

/** Starts a scheduler, again and again while the store is out of reach: in production a supervisor would. */
async function start(signal: AbortSignal): Promise<Scheduler | undefined> {
  while (!signal.aborted) {
    const scheduler = new Scheduler({
      store: journaledStore(libsql(url, { synchronous: "normal" }), journal),
      tasks: Object.values(tasks),
      name,
      lease: { milliseconds: CHAOS_LEASE_MS },
    });
    try {
      await scheduler.startInBackground();
      return scheduler;
    } catch (error) {
      if (!(error instanceof CarillonError && error.retryable)) throw error;
      journal.write({ what: "failed", code: error.code });
      // real time: the processes are real ones
      await sleep(systemClock, 100, signal);
    }
  }
  return undefined;
}

function watchOneself(lastMs: number): void {
  systemClock.setTimer(
    () => {
      const nowMs = systemClock.nowMs();
      if (nowMs - lastMs > STOOD_MS) journal.write({ what: "stood", fromMs: lastMs });
      watchOneself(nowMs);
    },
    WATCH_MS,
    { keepAlive: false },
  );
}

watchOneself(systemClock.nowMs());
const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort());
process.stdout.write("up\n");
const scheduler = await start(stopping.signal);
if (scheduler && mode === "finish") {
  for (const { id } of CHAOS_SCHEDULES) await scheduler.pauseSchedule(id);
  await scheduler.runUntilIdle({ until: "empty" });
} else if (scheduler) {
  process.stdout.write("started\n");
  await new ChaosClient(scheduler, tasks, journal, random.fork()).run(stopping.signal);
}
await scheduler?.stop();
