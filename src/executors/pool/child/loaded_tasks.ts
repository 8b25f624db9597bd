import { CarillonError, messageOf } from "../../../errors.ts";
import { didYouMean } from "../../../model/text.ts";
import { exportedTasks } from "../../../registry/found_tasks.ts";
import type { RegisteredTask } from "../../../registry/registered_task.ts";
import { TaskRegistry } from "../../../registry/task_registry.ts";
import { plainJson } from "../../../serializers/plain_json.ts";
import { richJson } from "../../../serializers/rich_json.ts";
import type { Serializer } from "../../../serializers/serializer.ts";

/** The tasks and serializers that a thread or child process has imported. */
export class LoadedTasks {
  readonly #modules: readonly string[];
  readonly #registry = new TaskRegistry({ declaredOnly: true });
  readonly serializers: Serializer[] = [];

  constructor(modules: readonly string[]) {
    this.#modules = modules;
  }

  /** Takes what a module exports. Throws what the registry throws. */
  add(module: Readonly<Record<string, unknown>>): void {
    this.#registry.add(exportedTasks(module));
    this.serializers.push(...Object.values(module).filter(isSerializer));
  }

  /** The task of this name. Throws `unknownTask`. */
  task(name: string): RegisteredTask {
    const task = this.#registry.find(name);
    if (task !== undefined) return task;
    const hint = didYouMean(name, this.#registry.names());
    throw new CarillonError(
      "unknownTask",
      `Task '${name}' is exported by none of the executor's modules (${this.#modules.join(", ")})${hint}; ` +
        "add the module that exports it to the executor's 'modules'",
      { details: { taskName: name, modules: [...this.#modules], known: this.#registry.names() } },
    );
  }

  /** The serializer of this name. Throws `serializationFailed`. */
  serializer(name: string): Serializer {
    const found = [...this.serializers, richJson, plainJson].find((serializer) => serializer.name === name);
    if (found !== undefined) return found;
    throw new CarillonError(
      "serializationFailed",
      `The scheduler stores values with the serializer '${name}', which is not known where the task runs; ` +
        "export it from one of the executor's modules",
      { details: { serializer: name, modules: [...this.#modules] } },
    );
  }
}

/** Imports modules. Throws `taskModuleFailed` and what the registry throws. */
export async function loadTasks(urls: readonly string[]): Promise<LoadedTasks> {
  const loaded = new LoadedTasks(urls);
  for (const url of urls) loaded.add(await importModule(url));
  return loaded;
}

async function importModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(url) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new CarillonError(
      "taskModuleFailed",
      `Module '${url}' cannot be imported by the executor: ${messageOf(cause)}`,
      { details: { module: url }, cause },
    );
  }
}

function isSerializer(value: unknown): value is Serializer {
  const serializer = value as Partial<Serializer> | null | undefined;
  return typeof serializer?.serialize === "function" && typeof serializer.deserialize === "function" &&
    typeof serializer.name === "string";
}
