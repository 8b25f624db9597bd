import type { SchedulerCore } from "../../../src/scheduler/scheduler_core.ts";
import type { DataStore } from "../../../src/stores/data_store.ts";
import type { TaskSource } from "../../../src/registry/task_types.ts";
import type { Oracle } from "../oracle.ts";
import type { Random } from "../../random.ts";
import type { MakeRun } from "../behave.ts";
import type { Floor } from "../floor.ts";
import type { Machine } from "../machine.ts";

/** Something that a client asks, and when. */
export type Timed<Asked> = Asked & { readonly atMs: number };

/** What tasks are made with. */
export interface TaskKit {
  readonly run: MakeRun;
  readonly machine: Machine;
  readonly floor: Floor;
  readonly random: Random;
}

/** What is there beside the plain workload, in some lives only: so that one's chance does not move another's. */
export interface Feature<Asked extends { readonly kind: string }> {
  /** What tells its asks from those of others. */
  readonly kinds: readonly string[];
  /** The code that every machine has for it. */
  tasks(kit: TaskKit): readonly TaskSource[];
  /** What clients ask in one life, with chance of its own. */
  asks(random: Random, atMs: () => number): readonly Timed<Asked>[];
  /** Readies a new store for it. */
  prepare?(store: DataStore): Promise<void>;
  /** Asks it. */
  ask(client: SchedulerCore, ask: Asked, oracle: Oracle): Promise<unknown>;
}
