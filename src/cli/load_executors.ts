import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CarillonError, messageOf } from "../errors.ts";
import type { Executor } from "../executors/executor.ts";
import type { ResolvedConfiguration } from "./configuration/resolved_configuration.ts";

/** Resolves to the executors of a configuration; modules are imported from the folder. Throws `invalidConfiguration`. */
export async function loadExecutors(
  executors: ResolvedConfiguration["executors"],
  directory: string,
): Promise<Readonly<Record<string, Executor>>> {
  const loaded: Record<string, Executor> = {};
  for (const [name, given] of Object.entries(executors)) {
    loaded[name] = typeof given === "string" ? await importExecutor(name, given, directory) : given;
  }
  return loaded;
}

async function importExecutor(name: string, path: string, directory: string): Promise<Executor> {
  const isFile = /^[./]|^[A-Za-z]:/.test(path);
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(isFile ? pathToFileURL(resolve(directory, path)).href : path);
  } catch (cause) {
    throw failed(name, path, `cannot be imported: ${messageOf(cause)}`, cause);
  }
  const found = Object.values(module).find(isExecutor);
  if (found === undefined) {
    throw failed(name, path, "exports no executor, which is an object with a method 'run'");
  }
  return found;
}

function isExecutor(value: unknown): value is Executor {
  return typeof value === "object" && value !== null && "run" in value && typeof value.run === "function";
}

function failed(name: string, path: string, what: string, cause?: unknown): CarillonError {
  return new CarillonError("invalidConfiguration", `Module '${path}' of executor '${name}' ${what}`, {
    details: { executor: name, path },
    cause,
  });
}
