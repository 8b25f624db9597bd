import { type RegisteredTask, taskWrite } from "../../registry/registered_task.ts";
import type { Environment } from "../environment.ts";
import type { StoreGateway } from "./gateway/store_gateway.ts";
import type { TaskCache } from "./task_cache.ts";

/** Listens for the changes of others from when the store is open until it is closed. */
export interface ChangeListening {
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a store and writes the tasks whose code is here: once, until it is closed. */
export class Opening {
  readonly #environment: Environment;
  readonly #gateway: StoreGateway;
  readonly #tasks: TaskCache;
  readonly #changes: ChangeListening;
  #opened: Promise<void> | undefined;
  #isOpen = false;

  constructor(environment: Environment, gateway: StoreGateway, tasks: TaskCache, changes: ChangeListening) {
    this.#environment = environment;
    this.#gateway = gateway;
    this.#tasks = tasks;
    this.#changes = changes;
  }

  /** True once the store is open. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Writes tasks that were registered later, where the store is open or is being opened. Resolves to whether it is. */
  async addTasks(tasks: readonly RegisteredTask[]): Promise<boolean> {
    const { role, defaults } = this.#environment;
    if (role === "client" || this.#opened === undefined) return false;
    await this.#opened;
    await this.#gateway.tasks.put(tasks.map((task) => taskWrite(task, defaults)));
    await this.#tasks.refresh();
    return true;
  }

  /** Opens the store; after a failure the next call tries again. */
  open(): Promise<void> {
    return this.#opened ??= this.#open().then(() => {
      this.#isOpen = true;
    }, (error) => {
      this.#opened = undefined;
      throw error;
    });
  }

  async #open(): Promise<void> {
    const { clock, role, registry, defaults } = this.#environment;
    await this.#gateway.store.open({ clock });
    await this.#changes.open();
    if (role === "client") return;
    await this.#gateway.tasks.put(registry.tasks().map((task) => taskWrite(task, defaults)));
    await this.#tasks.refresh();
  }

  /** Closes the store if it was opened. */
  async close(): Promise<void> {
    this.#tasks.forget();
    const opened = this.#opened;
    this.#opened = undefined;
    this.#isOpen = false;
    if (!opened) return;
    await opened.catch(() => {});
    await this.#changes.close();
    await this.#gateway.store.close();
  }
}
