import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobRecord } from "../../src/model/job_record.ts";
import type { JobFilter } from "../../src/stores/job_store.ts";
import { sleep } from "../../src/time/clock.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { readEvidence } from "./chaos_evidence.ts";
import { Cluster } from "./cluster.ts";
import { checkCalls } from "./check_calls.ts";
import { checkLimits } from "./check_limits.ts";
import { checkRuns } from "./check_runs.ts";
import { checkSchedules } from "./check_schedules.ts";
import { fileScene, type Scene, serverScene } from "./scenes.ts";
import type { Program } from "../stores/child_process.ts";
import { Random } from "../random.ts";
import { CHAOS_LEASE_MS } from "./workload.ts";

/** Interval at which a trace reports the unfinished jobs after the faults. */
const TELL_EVERY_MS = 300;

/** Options of a chaos run. */
export interface ChaosOptions {
  readonly scene: "file" | "server";
  readonly processes: number;
  /** Decides the faults, their lengths and the calls; the moments at which they meet are those of real processes. */
  readonly seed: number;
  readonly forMs: number;
  /** It continues until so many faults were made, however slow the machine is. @default 1 */
  readonly faultsMin?: number;
  /** Number of leases after the faults within which everything due must be finished. @default 2 */
  readonly settleLeases?: number;
  /** The programs that run the processes, in turn. @default the runtime of this process */
  readonly programs?: readonly Program[];
  /** Called with what happens. @default nothing */
  readonly trace?: (text: string) => void;
}

/** The result of a chaos run. */
export interface ChaosReport {
  /** Number of times that each fault was made. */
  readonly faults: Readonly<Record<string, number>>;
  readonly jobs: number;
  readonly runs: number;
  /** Time after the faults until everything that was due then had finished. */
  readonly settledMs: number;
  readonly problems: readonly string[];
}

/** Real processes on one real database; they and it are killed and frozen at random, then everything is counted. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-chaos-"));
  const random = new Random(options.seed);
  const scene = await (options.scene === "file" ? fileScene(folder, random) : serverScene(random));
  const cluster = new Cluster(scene.url, folder, options, random.fork());
  try {
    return await new Chaos(scene, cluster, folder, options, random.fork()).run();
  } finally {
    await cluster.end();
    await scene.end();
    await rm(folder, { recursive: true, force: true });
  }
}

class Chaos {
  readonly #scene: Scene;
  readonly #cluster: Cluster;
  readonly #folder: string;
  readonly #options: ChaosOptions;
  readonly #random: Random;
  readonly #faults: Record<string, number> = {};

  constructor(scene: Scene, cluster: Cluster, folder: string, options: ChaosOptions, random: Random) {
    this.#scene = scene;
    this.#cluster = cluster;
    this.#folder = folder;
    this.#options = options;
    this.#random = random;
  }

  async run(): Promise<ChaosReport> {
    await this.#cluster.started();
    await this.#disturb(systemClock.monotonicMs() + this.#options.forMs);
    this.#trace("the faults are over");
    const settled = await this.#settle();
    this.#trace(
      `waited ${Math.round(settled.ms)} ms for what was due; ${settled.problems.length} jobs are late`,
    );
    const stopped = await this.#cluster.finish();
    const evidence = await readEvidence(this.#scene.store(), this.#folder);
    const { jobs, runs, damages } = evidence;
    const checks = [checkSchedules, checkRuns, checkLimits, checkCalls];
    const problems = [
      ...stopped,
      ...settled.problems,
      ...damages,
      ...checks.flatMap((check) => check(evidence)),
    ];
    return { faults: this.#faults, jobs: jobs.length, runs: runs.length, settledMs: settled.ms, problems };
  }

  async #disturb(endMs: number): Promise<void> {
    const faults = Object.entries({ ...this.#cluster.faults, ...this.#scene.faults });
    const { faultsMin = 1 } = this.#options;
    for (let made = 0; made < faultsMin || systemClock.monotonicMs() < endMs; made++) {
      // real time: it must pass for the processes to get anywhere
      await sleep(systemClock, this.#random.between(300, 1800));
      const [name, make] = this.#random.pick(faults);
      this.#faults[name] = (this.#faults[name] ?? 0) + 1;
      this.#trace(name);
      await make();
    }
    await this.#cluster.started();
  }

  #trace(text: string): void {
    this.#options.trace?.(text);
  }

  /** Waits until all that was due when the faults ended is finished. */
  async #settle(): Promise<{ readonly ms: number; readonly problems: readonly string[] }> {
    const { settleLeases = 2 } = this.#options;
    const store = this.#scene.store();
    await store.open({ clock: systemClock });
    try {
      const [startMs, dueMs] = [systemClock.monotonicMs(), await store.nowMs()];
      let toldMs = 0;
      for (;;) {
        const left = (await unfinished(store)).filter(({ runAtMs }) => runAtMs <= dueMs);
        const ms = systemClock.monotonicMs() - startMs;
        if (left.length === 0) return { ms, problems: [] };
        if (ms > settleLeases * CHAOS_LEASE_MS) return { ms, problems: left.map(late) };
        if (ms > toldMs + TELL_EVERY_MS) {
          toldMs = ms;
          this.#trace(`after ${Math.round(ms)} ms are left: ${summary(left)}`);
        }
        // real time: the processes are real ones
        await sleep(systemClock, 50);
      }
    } finally {
      await store.close();
    }
  }
}

function unfinished(store: { getJobs(filter: JobFilter): Promise<readonly JobRecord[]> }) {
  return store.getJobs({ states: ["scheduled", "blocked", "ready", "running", "parked"] });
}

function late(job: JobRecord): string {
  return `${unfinishedAs(job)} was due when the faults ended`;
}

function summary(jobs: readonly JobRecord[]): string {
  const kinds = Map.groupBy(
    jobs,
    ({ taskName, scheduleId, state, owner }) =>
      `${scheduleId ?? taskName} ${state}${owner === null ? "" : ` by ${owner}`}`,
  );
  return [...kinds].map(([kind, own]) => `${own.length} ${kind}`).sort().join(", ");
}

function unfinishedAs({ id, taskName, state, owner, claimNumber }: JobRecord): string {
  return `job ${id} of ${taskName}, still ${state} (owner ${owner ?? "none"}, claim ${claimNumber})`;
}
