import { sleep } from "../../src/time/clock.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import type { Random } from "../random.ts";
import { type Child, type Program, startChild } from "../stores/child_process.ts";
import { Journal } from "./journal.ts";
import { CHAOS_LEASE_MS } from "./workload.ts";

const CHILD = "../chaos/chaos_child.ts";

interface Member {
  readonly name: string;
  readonly child: Child;
}

/** The processes of a chaos run: each place has one, and gets another when that is gone. */
export class Cluster {
  readonly #url: string;
  readonly #folder: string;
  readonly #programs: readonly Program[];
  readonly #journal: Journal;
  readonly #random: Random;
  readonly #seed: number;
  readonly #places: Member[];
  readonly #all: Member[] = [];
  readonly #told = new Set<Child>();
  readonly #problems: string[] = [];

  constructor(
    url: string,
    folder: string,
    { processes, programs = [], seed }: {
      readonly processes: number;
      readonly programs?: readonly Program[];
      readonly seed: number;
    },
    random: Random,
  ) {
    this.#random = random;
    this.#seed = seed;
    this.#url = url;
    this.#folder = folder;
    this.#programs = programs;
    this.#journal = new Journal(folder, "cluster");
    this.#places = Array.from({ length: processes }, () => this.#start());
  }

  /** Faults of the processes, by name. */
  readonly faults: Readonly<Record<string, () => Promise<void>>> = {
    kills: () => this.#replace("SIGKILL"),
    restarts: () => this.#replace("SIGTERM"),
    stalls: () => this.#stall(),
  };

  /** Resolves when all processes have said that they work. */
  async started(): Promise<void> {
    await Promise.all(this.#places.map(({ child }) => child.until("started")));
  }

  /** Lets all processes end, and one more finish what is left; returns what went wrong with that. */
  async finish(): Promise<readonly string[]> {
    await Promise.all(this.#places.map((member) => this.#stop(member, "SIGTERM")));
    const last = this.#start("finish");
    this.#told.add(last.child);
    const code = await last.child.ended;
    if (code !== 0) this.#problems.push(`the process that finishes what is left ended with ${code}`);
    return this.#problems;
  }

  /** Leaves no process behind. */
  async end(): Promise<void> {
    for (const member of this.#all) await this.#stop(member, "SIGKILL");
    this.#journal.close();
  }

  async #replace(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const place = this.#random.whole(0, this.#places.length - 1);
    const stopping = this.#stop(this.#places[place]!, signal);
    // A new version of a program often starts before the old one has stopped.
    if (this.#random.chance(0.5)) await stopping;
    this.#places[place] = this.#start();
    await stopping;
  }

  async #stall(): Promise<void> {
    const { child } = this.#places[this.#random.whole(0, this.#places.length - 1)]!;
    if (isOver(child)) return;
    child.kill("SIGSTOP");
    // real time: a process must stand still for longer than its lease
    await sleep(systemClock, CHAOS_LEASE_MS * this.#random.between(0.3, 2.3));
    if (!isOver(child)) child.kill("SIGCONT");
  }

  #start(...more: readonly string[]): Member {
    const name = `process-${this.#all.length + 1}`;
    const program = this.#programs[this.#all.length % Math.max(1, this.#programs.length)];
    const child = startChild(CHILD, [this.#url, this.#folder, name, `${this.#seed}`, ...more], program);
    const member = { name, child };
    this.#all.push(member);
    void child.ended.then((code) => {
      if (this.#told.has(child) && code === 0 || child.process.signalCode === "SIGKILL") return;
      this.#problems.push(`${name} ended by itself: ${child.process.signalCode ?? `exit code ${code}`}`);
    });
    return member;
  }

  async #stop({ name, child }: Member, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (!isOver(child)) {
      // It has no handler for signals before it is up.
      if (signal === "SIGTERM") await child.until("up");
      this.#told.add(child);
      if (signal === "SIGKILL") this.#journal.write({ what: "killed", process: name });
      child.kill(signal);
    }
    await child.ended;
  }
}

function isOver({ process }: Child): boolean {
  return process.exitCode !== null || process.signalCode !== null;
}
