import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CarillonError } from "../errors.ts";
import { eventLoop } from "../executors/event_loop.ts";
import type { Logger } from "../model/logger.ts";
import { Scheduler } from "../scheduler/scheduler.ts";
import type { TaskSource } from "../registry/task_types.ts";
import { cbor } from "../serializers/cbor.ts";
import { plainJson } from "../serializers/plain_json.ts";
import { richJson } from "../serializers/rich_json.ts";
import type { Serializer } from "../serializers/serializer.ts";
import type { DataStore } from "../stores/data_store.ts";
import { filePathOf } from "../stores/libsql/address.ts";
import { systemClock } from "../time/system_clock.ts";
import type { CommandContext } from "./command_context.ts";
import { loadConfiguration } from "./configuration/load_configuration.ts";
import type { ResolvedConfiguration } from "./configuration/resolved_configuration.ts";
import { makeStore } from "./configuration/store_setting.ts";
import { terminalLogger } from "./render/terminal_logger.ts";
import { loadExecutors } from "./load_executors.ts";
import { withProgress } from "./render/progress_line.ts";
import type { Terminal } from "./terminal.ts";

const serializers: Readonly<Record<ResolvedConfiguration["serializer"], Serializer>> = {
  rich: richJson,
  json: plainJson,
  cbor,
};

/** The executor that always exists, and is the default. */
export const EVENT_LOOP = "eventLoop";

/** Returns the stores of a configuration, by alias; nothing is opened yet. */
export function storesOf({ stores, libsql }: ResolvedConfiguration): Readonly<Record<string, DataStore>> {
  return Object.fromEntries(
    Object.entries(stores).map(([alias, store]) => [alias, makeStore(store, libsql)]),
  );
}

/** Returns a scheduler with a configuration and tasks. */
export async function makeScheduler(
  configuration: ResolvedConfiguration,
  context: CommandContext,
  given: { readonly tasks: readonly TaskSource[]; readonly logger: Logger },
): Promise<Scheduler> {
  const executors = await loadExecutors(configuration.executors, context.terminal.directory);
  return new Scheduler({
    ...configuration.options,
    stores: storesOf(configuration),
    serializer: serializers[configuration.serializer],
    executors: { [EVENT_LOOP]: eventLoop(), ...executors },
    ...given,
  });
}

/** Returns the logger of a command: at the configured level, or at `debug` with `--verbose`. */
export function loggerOf(
  { logLevel }: ResolvedConfiguration,
  { terminal, json, verbose }: CommandContext,
  skip?: (fields: Readonly<Record<string, unknown>>) => boolean,
): Logger {
  return terminalLogger({
    terminal,
    clock: systemClock,
    json,
    level: verbose ? "debug" : logLevel,
    ...(skip && !verbose ? { skip } : {}),
  });
}

/**
 * Does something with a scheduler that only adds and reads, and closes it. The store must exist already: a
 * mistyped address must not create an empty one. `tasks` are those whose inputs it checks.
 */
export async function withClient<T>(
  context: CommandContext,
  use: (scheduler: Scheduler) => Promise<T>,
  tasks: readonly TaskSource[] = [],
): Promise<T> {
  const configuration = await loadConfiguration(context);
  refuseMissingStores(configuration, context.terminal);
  // A command publishes its changes, but needs no events of other processes.
  const { broker, ...options } = configuration.options;
  const stores = storesOf(configuration);
  await using scheduler = new Scheduler({
    ...options,
    ...(broker === undefined || broker === "store" ? {} : { broker }),
    role: "client",
    stores,
    tasks,
    serializer: serializers[configuration.serializer],
    logger: loggerOf(configuration, context),
  });
  const { terminal } = context;
  const label = `waiting for ${Object.values(stores).map(({ location }) => location).join(", ")}`;
  return await withProgress({ terminal, label }, () => use(scheduler));
}

/** Throws `storeUnavailable` for a file that does not exist. */
export function refuseMissingStores(
  configuration: ResolvedConfiguration,
  { directory, program }: Terminal,
): void {
  const url = missingStore(configuration, directory);
  if (url === undefined) return;
  throw new CarillonError(
    "storeUnavailable",
    `There is no database ${url} yet; '${program} start' or '${program} migrate' creates it`,
    { details: { location: url } },
  );
}

/** Returns the address of the first store in a file that does not exist; undefined when all do. */
export function missingStore({ stores }: ResolvedConfiguration, directory: string): string | undefined {
  return Object.values(stores)
    .map((store) => typeof store === "string" ? store : "url" in store ? store.url : undefined)
    .find((url) => {
      const path = url === undefined ? undefined : filePathOf(url);
      return path !== undefined && !existsSync(resolve(directory, path));
    });
}
