import type { Scheduler } from "../../../src/scheduler/scheduler.ts";
import type { DataStore } from "../../../src/stores/data_store.ts";
import type { TaskSource } from "../../../src/registry/task_types.ts";
import type { Oracle } from "../oracle.ts";
import type { Random } from "../../random.ts";
import type { MakeRun } from "../behave.ts";
import type { Floor } from "../floor.ts";
import type { Machine } from "../machine.ts";

/** Something that a client asks, and when. */
export type Timed<Asked> = Asked & { readonly atMs: number };

/** The parts that tasks are made with. */
export interface TaskKit {
  readonly run: MakeRun;
  readonly machine: Machine;
  readonly floor: Floor;
  readonly random: Random;
}

/** An addition to the plain workload in some simulations, with random numbers of its own. */
export interface Feature<Asked extends { readonly kind: string }> {
  /** Distinguishes its requests from those of other features. */
  readonly kinds: readonly string[];
  /** The code that every machine has for it. */
  tasks(kit: TaskKit): readonly TaskSource[];
  /** The requests of clients in one simulation, with random numbers of its own. */
  asks(random: Random, atMs: () => number): readonly Timed<Asked>[];
  /** Readies a new store for it. */
  prepare?(store: DataStore): Promise<void>;
  /** Asks it. */
  ask(client: Scheduler, ask: Asked, oracle: Oracle): Promise<unknown>;
}
