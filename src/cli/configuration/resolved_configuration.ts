import { resolve } from "node:path";
import { CarillonError, messageOf } from "../../errors.ts";
import { type DefaultOptions, resolveRunOptions } from "../../model/task_options.ts";
import type { SchedulerOptions } from "../../scheduler/scheduler_options.ts";
import type { LibsqlOptions } from "../../stores/libsql.ts";
import type { HttpAddress } from "../http_address.ts";
import type { Configuration } from "./configuration.ts";
import type { ConfigurationLayer, ConfigurationProblem, GivenSetting } from "./said.ts";
import { settings } from "./settings_table.ts";
import type { StoreSetting } from "./store_setting.ts";

/** The options of the scheduler that need nothing more than to be handed on. */
type PlainOptions = Pick<
  SchedulerOptions,
  "role" | "name" | "timeZone" | "defaults" | "maxConcurrentJobs" | "tags" | "lease" | "abortGrace" | "broker"
>;

/** The configuration, complete and checked. */
export interface ResolvedConfiguration {
  /** The stores by alias, the default one first. */
  readonly stores: Readonly<Record<string, StoreSetting>>;
  /** For stores that are named by their address alone. */
  readonly libsql: LibsqlOptions;
  readonly executors: NonNullable<Configuration["executors"]>;
  readonly serializer: NonNullable<Configuration["serializer"]>;
  readonly logLevel: NonNullable<Configuration["logLevel"]>;
  /** Folder of the task modules, complete. */
  readonly tasks: string;
  readonly http: HttpAddress | undefined;
  readonly tokens: NonNullable<Configuration["tokens"]>;
  readonly options: PlainOptions;
  /** Where each setting that was said comes from, by its path. */
  readonly sources: ReadonlyMap<string, string>;
}

/** What came of resolving: problems, and the configuration where there are none. */
export interface ConfigurationAnswer {
  readonly problems: readonly ConfigurationProblem[];
  readonly configuration: ResolvedConfiguration | undefined;
}

const plainKeys = ["role", "name", "timeZone", "maxConcurrentJobs", "tags", "lease", "abortGrace", "broker"];

/** Puts the layers together, the first one that says something wins, and checks everything there is. */
export function resolveConfiguration(
  layers: readonly ConfigurationLayer[],
  directory: string,
): ConfigurationAnswer {
  const problems = layers.flatMap((layer) => layer.problems);
  const said = winners(layers, problems);
  const values = new Map<string, unknown>();
  for (const [path, one] of said) readOne(path, one, values, problems);
  const defaults = nested(values, "defaults.") as DefaultOptions;
  checkDefaults(defaults, said, problems);
  if (problems.length > 0) return { problems, configuration: undefined };
  return { problems, configuration: assemble(values, defaults, said, directory) };
}

/** What was said about each setting by the first layer that said something. */
function winners(
  layers: readonly ConfigurationLayer[],
  problems: ConfigurationProblem[],
): ReadonlyMap<string, GivenSetting> {
  const said = new Map<string, GivenSetting>();
  for (const layer of layers) {
    // One says which store, the other says which stores: whoever is asked first decides.
    const decided = said.has("store") || said.has("stores");
    const both = layer.given.filter(({ path }) => path === "store" || path === "stores");
    if (!decided && new Set(both.map(({ path }) => path)).size === 2) {
      problems.push({
        message: `'store' cannot go with 'stores' (in ${both[0]!.source}); give one of the two`,
        source: both[0]!.source,
      });
    }
    for (const one of layer.given) {
      if (decided && both.includes(one)) continue;
      if (!said.has(one.path)) said.set(one.path, one);
    }
  }
  return said;
}

function readOne(
  path: string,
  { value, source }: GivenSetting,
  values: Map<string, unknown>,
  problems: ConfigurationProblem[],
): void {
  const { kind, secret } = settings.find((setting) => setting.path === path)!;
  try {
    values.set(path, kind.read(value, path));
  } catch (error) {
    const message = secret
      ? `Option '${path}' of the configuration must be ${kind.expected}`
      : messageOf(error);
    problems.push({ message: `${message} (from ${source})`, source });
  }
}

/** Settings that fit one by one may still not fit each other. */
function checkDefaults(
  defaults: DefaultOptions,
  said: ReadonlyMap<string, GivenSetting>,
  problems: ConfigurationProblem[],
): void {
  if (problems.length > 0) return;
  try {
    resolveRunOptions(defaults, "'defaults' of the configuration");
  } catch (error) {
    const sources = [...said.values()].filter(({ path }) => path.startsWith("defaults."))
      .map(({ source }) => source);
    const source = [...new Set(sources)].join(", ");
    problems.push({ message: `${messageOf(error)} (from ${source})`, source });
  }
}

function nested(values: ReadonlyMap<string, unknown>, prefix: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [path, value] of values) {
    if (!path.startsWith(prefix)) continue;
    const keys = path.slice(prefix.length).split(".");
    let at = result;
    for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
    at[keys.at(-1)!] = value;
  }
  return result;
}

function assemble(
  values: ReadonlyMap<string, unknown>,
  defaults: DefaultOptions,
  said: ReadonlyMap<string, GivenSetting>,
  directory: string,
): ResolvedConfiguration {
  const only = (keys: readonly string[]) =>
    Object.fromEntries(keys.filter((key) => values.has(key)).map((key) => [key, values.get(key)]));
  const get = <T>(path: string, fallback: T) => (values.has(path) ? values.get(path) as T : fallback);
  return {
    stores: get("stores", { main: get<StoreSetting>("store", "file:carillon.db") }),
    libsql: only(["synchronous", "tablePrefix", "authToken"]),
    executors: get("executors", {}),
    serializer: get("serializer", "rich" as const),
    logLevel: get("logLevel", "warn" as const),
    tasks: resolve(directory, get("tasks", "tasks")),
    http: get("http", undefined),
    tokens: get("tokens", []),
    options: { ...only(plainKeys), defaults },
    sources: new Map([...said].map(([path, { source }]) => [path, source])),
  };
}

/** The error that stands for all problems of a configuration. */
export function configurationError(problems: readonly ConfigurationProblem[]): CarillonError {
  const message = problems.length === 1
    ? problems[0]!.message
    : `The configuration has ${problems.length} problems`;
  return new CarillonError("invalidConfiguration", message, { details: { problems } });
}
