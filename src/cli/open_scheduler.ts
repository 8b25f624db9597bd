import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CarillonError } from "../errors.ts";
import { eventLoop } from "../executors/event_loop.ts";
import type { Logger } from "../model/logger.ts";
import { Scheduler } from "../preset/scheduler.ts";
import type { TaskSource } from "../registry/task_types.ts";
import { cbor } from "../serializers/cbor.ts";
import { plainJson } from "../serializers/plain_json.ts";
import { richJson } from "../serializers/rich_json.ts";
import type { DataStore } from "../stores/data_store.ts";
import { filePathOf } from "../stores/libsql/address.ts";
import { systemClock } from "../time/system_clock.ts";
import type { CommandContext } from "./command_context.ts";
import { loadConfiguration } from "./configuration/load_configuration.ts";
import type { ResolvedConfiguration } from "./configuration/resolved_configuration.ts";
import { makeStore } from "./configuration/store_setting.ts";
import { consoleLogger } from "./console_logger.ts";
import { loadExecutors } from "./load_executors.ts";
import { withProgress } from "./progress.ts";

const serializers = { rich: richJson, json: plainJson, cbor };

/** The executor that is always there, and first. */
export const EVENT_LOOP = "eventLoop";

/** The stores of a configuration, by alias; nothing is opened yet. */
export function storesOf({ stores, libsql }: ResolvedConfiguration): Readonly<Record<string, DataStore>> {
  return Object.fromEntries(
    Object.entries(stores).map(([alias, store]) => [alias, makeStore(store, libsql)]),
  );
}

/** A scheduler as the configuration says, with these tasks. */
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

/** The logger of a command: what the configuration says, or everything with `--verbose`. */
export function loggerOf(
  { logLevel }: ResolvedConfiguration,
  { terminal, json, verbose }: CommandContext,
  skip?: (fields: Readonly<Record<string, unknown>>) => boolean,
): Logger {
  return consoleLogger({
    terminal,
    clock: systemClock,
    json,
    level: verbose ? "debug" : logLevel,
    ...(skip && !verbose ? { skip } : {}),
  });
}

/**
 * Does something with a scheduler that only adds and reads, and closes it. The store must be there already: a
 * mistyped address shall not make an empty one.
 */
export async function withClient<T>(
  context: CommandContext,
  use: (scheduler: Scheduler, configuration: ResolvedConfiguration) => Promise<T>,
): Promise<T> {
  const configuration = await loadConfiguration(context);
  refuseMissingStores(configuration, context.terminal.directory);
  // A command tells others what it does; it listens to nobody.
  const { broker, ...options } = configuration.options;
  await using scheduler = new Scheduler({
    ...options,
    ...(broker === undefined || broker === "store" ? {} : { broker }),
    role: "client",
    stores: storesOf(configuration),
    serializer: serializers[configuration.serializer],
    logger: loggerOf(configuration, context),
  });
  const { terminal } = context;
  const label = () => `waiting for ${Object.values(storesOf(configuration)).map(({ location }) => location)}`;
  return await withProgress({ terminal, clock: systemClock, label }, () => use(scheduler, configuration));
}

/** Throws `storeUnavailable` for a file that is not there. */
export function refuseMissingStores(configuration: ResolvedConfiguration, directory: string): void {
  const url = missingStore(configuration, directory);
  if (url === undefined) return;
  throw new CarillonError(
    "storeUnavailable",
    `There is no database ${url} yet; 'scheduler start' or 'scheduler migrate' makes it`,
    { details: { location: url } },
  );
}

/** The address of the first store in a file that is not there; undefined when all are. */
export function missingStore({ stores }: ResolvedConfiguration, directory: string): string | undefined {
  return Object.values(stores)
    .map((store) => typeof store === "string" ? store : "url" in store ? store.url : undefined)
    .find((url) => {
      const path = url === undefined ? undefined : filePathOf(url);
      return path !== undefined && !existsSync(resolve(directory, path));
    });
}
