import { CarillonError } from "../errors.ts";
import type { Executor } from "../executors/executor.ts";
import type { SchedulerEvents } from "./events/scheduler_events.ts";

/** The executors of a scheduler by name; the first one given is the default. */
export class Executors {
  readonly #executors: Map<string, Executor>;
  readonly #events: SchedulerEvents;

  constructor(executors: ReadonlyMap<string, Executor>, events: SchedulerEvents) {
    this.#executors = new Map(executors);
    this.#events = events;
  }

  /** All of them, the default one first. */
  all(): readonly Executor[] {
    return [...this.#executors.values()];
  }

  /** The executor of a name, or the default one; undefined where there is none. */
  find(name: string | null | undefined): Executor | undefined {
    return name == null ? this.#executors.values().next().value : this.#executors.get(name);
  }

  /** The executor of a name, or the default one. Throws `unknownExecutor`. */
  get(name: string | null | undefined): Executor {
    const found = this.find(name);
    if (found !== undefined) return found;
    const known = [...this.#executors.keys()].join(", ");
    throw new CarillonError(
      "unknownExecutor",
      `Executor '${name ?? ""}' is not configured; there is ${known}`,
    );
  }

  /** Adds one. Throws `invalidOption` when the name is taken. */
  add(name: string, executor: Executor): void {
    if (this.#executors.has(name)) {
      throw new CarillonError("invalidOption", `There is already an executor '${name}'; choose another name`);
    }
    this.#executors.set(name, executor);
    this.#events.publishOwn("executorAdded", { subject: name });
  }

  /** Removes one, and closes it unless it is still here by another name. Throws `unknownExecutor`. */
  async remove(name: string): Promise<void> {
    const executor = this.#executors.get(name);
    if (executor === undefined) {
      throw new CarillonError("unknownExecutor", `There is no executor '${name}'`);
    }
    this.#executors.delete(name);
    this.#events.publishOwn("executorRemoved", { subject: name });
    if (!this.all().includes(executor)) await executor.close?.();
  }

  /** Closes all of them; each may be used again. */
  close(): Promise<void>[] {
    return this.all().map(async (executor) => await executor.close?.());
  }
}
