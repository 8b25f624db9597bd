/**
 * Looks at this machine every few seconds and keeps what it saw in `samples.db`, beside the scheduler's database.
 *
 * An example of tasks as methods of a class: what they share (the samples, the last look at the processors) are its
 * fields. Deno and Bun run decorators as they are; for Node, lower them with esbuild or TypeScript.
 */
import { cron, currentJob, interval, schedule, task } from "carillon";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { dataFolder } from "./parts/data_folder.ts";
import { cpuBusy, type CpuTime, cpuTime, disk, loadAverage, memory } from "./parts/machine_facts.ts";
import { Sample } from "./parts/sample.ts";
import { samplesIn } from "./parts/sample_table.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const FIRST_LOOK_MS = 250;

class Machine {
  #cpuBefore: CpuTime | undefined;

  @schedule(interval({ seconds: 5 }))
  @task({
    name: "machine.sample",
    description: "Load, memory, disk and the scheduler's own lag, into samples.db",
    output: Sample,
    timeout: { seconds: 20 },
    // Another process may hold the file for a moment.
    retry: { maxAttempts: 3, backoff: "exponential", base: { milliseconds: 200 } },
    // The samples are kept in samples.db: there is no need for a day's worth of finished jobs.
    retention: { success: { hours: 1 } },
  })
  async sample(): Promise<Sample> {
    const { attempt, log, scheduledFireTime } = currentJob();
    const atMs = Date.now();
    // A second attempt and a manual run say nothing about how punctual the scheduler is.
    const firedMs = attempt === 1 ? scheduledFireTime?.epochMilliseconds : undefined;
    const sample = {
      atMs,
      ...await this.#processors(),
      ...memory(),
      ...await disk(process.cwd()),
      lagMs: firedMs === undefined ? null : Math.max(0, atMs - firedMs),
    };
    samplesIn(dataFolder()).add(sample);
    log.debug("sampled", sample);
    return sample;
  }

  @schedule(cron("17 * * * *"), { input: { keepDays: 7 } })
  @task({
    name: "machine.forget",
    description: "Deletes old samples, so that samples.db does not grow forever",
    input: z.strictObject({ keepDays: z.number().positive() }),
  })
  forget({ keepDays }: { keepDays: number }): { forgotten: number } {
    const forgotten = samplesIn(dataFolder()).forget(Date.now() - keepDays * DAY_MS);
    currentJob().log.info("forgot old samples", { forgotten, keepDays });
    return { forgotten };
  }

  async #processors(): Promise<Pick<Sample, "cpuBusy" | "load">> {
    if (this.#cpuBefore === undefined) {
      // How busy they are shows only between two looks.
      this.#cpuBefore = cpuTime();
      await sleep(FIRST_LOOK_MS);
    }
    const now = cpuTime();
    const busy = cpuBusy(this.#cpuBefore, now);
    this.#cpuBefore = now;
    return { cpuBusy: busy, load: loadAverage() };
  }
}

/** The tasks about this machine; the command line finds exported tasks, instances and classes. */
export const machine = new Machine();
