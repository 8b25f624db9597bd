import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep } from "../../src/time/clock.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { type Child, startChild } from "../stores/child_process.ts";
import { CHAOS_LEASE_MS } from "./chaos_facts.ts";
import { checkChaos } from "./check_chaos.ts";

const CHILD = "../chaos/chaos_child.ts";

/** What a chaos run did, and what it found. */
export interface ChaosReport {
  readonly kills: number;
  readonly stalls: number;
  /** Processes that ended without being told to, by signal. */
  readonly died: readonly string[];
  readonly fires: number;
  readonly runs: number;
  readonly problems: readonly string[];
}

/** Real processes on one real file, killed and frozen at random for so long; then everything is counted. */
export async function runChaos(processes: number, forMs: number): Promise<ChaosReport> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-chaos-"));
  const chaos = new Chaos(join(folder, "chaos.db"), processes);
  try {
    return await chaos.run(forMs);
  } finally {
    await chaos.end();
    await rm(folder, { recursive: true, force: true });
  }
}

class Chaos {
  readonly #file: string;
  readonly #places: Child[];
  readonly #all: Child[] = [];
  readonly #told = new Set<Child>();
  readonly #died: string[] = [];
  #kills = 0;
  #stalls = 0;

  constructor(file: string, processes: number) {
    this.#file = file;
    this.#places = Array.from({ length: processes }, () => this.#start());
  }

  async run(forMs: number): Promise<ChaosReport> {
    await Promise.all(this.#places.map((child) => child.until("up")));
    const endMs = systemClock.monotonicMs() + forMs;
    while (systemClock.monotonicMs() < endMs) await this.#disturb();
    await Promise.all(this.#places.map((child) => this.#stop(child, "SIGTERM")));
    const last = this.#start("finish");
    this.#told.add(last);
    const code = await last.ended;
    const linesOfEach = this.#all.map((child) => child.lines);
    const { problems, fires } = await checkChaos(this.#file, linesOfEach);
    const failed = code === 0 ? [] : [`the process that finishes what is left ended with ${code}`];
    const runs = linesOfEach.flat().filter((line) => line.startsWith("began")).length;
    const counts = { kills: this.#kills, stalls: this.#stalls, died: this.#died, fires, runs };
    return { ...counts, problems: [...failed, ...problems] };
  }

  /** Leaves no process behind. */
  async end(): Promise<void> {
    for (const child of this.#all) await this.#stop(child, "SIGKILL");
  }

  async #disturb(): Promise<void> {
    // real time: it must pass for the processes to get anywhere
    await sleep(systemClock, 300 + 1200 * Math.random());
    const place = Math.floor(Math.random() * this.#places.length);
    const child = this.#places[place]!;
    if (isOver(child) || Math.random() < 0.5) {
      if (!isOver(child)) this.#kills++;
      await this.#stop(child, "SIGKILL");
      this.#places[place] = this.#start();
      return;
    }
    this.#stalls++;
    child.kill("SIGSTOP");
    // real time: a process must stand still for longer than its lease
    await sleep(systemClock, CHAOS_LEASE_MS * (0.5 + 2 * Math.random()));
    if (!isOver(child)) child.kill("SIGCONT");
  }

  #start(...more: readonly string[]): Child {
    const child = startChild(CHILD, [this.#file, ...more]);
    this.#all.push(child);
    void child.ended.then((code) => {
      if (!this.#told.has(child)) this.#died.push(child.process.signalCode ?? `exit code ${code}`);
    });
    return child;
  }

  async #stop(child: Child, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (!isOver(child)) {
      this.#told.add(child);
      child.kill(signal);
    }
    await child.ended;
  }
}

function isOver({ process }: Child): boolean {
  return process.exitCode !== null || process.signalCode !== null;
}
