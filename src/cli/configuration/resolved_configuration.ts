import { resolve } from "node:path";
import { CarillonError, messageOf } from "../../errors.ts";
import type { HttpAddress } from "../../http/http_server.ts";
import { type DefaultOptions, resolveRunOptions } from "../../model/task_options.ts";
import type { SchedulerOptions } from "../../scheduler/scheduler_options.ts";
import type { LibsqlOptions } from "../../stores/libsql.ts";
import type { Configuration } from "./configuration.ts";
import type { ConfigurationLayer, ConfigurationProblem, GivenSetting } from "./given_setting.ts";
import { settings } from "./settings_table.ts";
import type { StoreSetting } from "./store_setting.ts";

/** The options that are passed on to the scheduler as they are. */
type PlainOptions = Pick<
  SchedulerOptions,
  | "role"
  | "name"
  | "timeZone"
  | "defaults"
  | "maxConcurrentJobs"
  | "maxInputBytes"
  | "maxResultBytes"
  | "tags"
  | "lease"
  | "abortGrace"
  | "broker"
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
  /** Absolute path of the folder of the task modules. */
  readonly tasks: string;
  readonly http: HttpAddress | undefined;
  readonly tokens: NonNullable<Configuration["tokens"]>;
  readonly allowedHosts: NonNullable<Configuration["allowedHosts"]>;
  readonly options: PlainOptions;
  /** The source of each given setting, by its path. */
  readonly sources: ReadonlyMap<string, string>;
}

/** The problems of a configuration, and the configuration where there are none. */
export interface ConfigurationResult {
  readonly problems: readonly ConfigurationProblem[];
  readonly configuration: ResolvedConfiguration | undefined;
}

const plainKeys = Object.keys(
  {
    role: true,
    name: true,
    timeZone: true,
    maxConcurrentJobs: true,
    maxInputBytes: true,
    maxResultBytes: true,
    tags: true,
    lease: true,
    abortGrace: true,
    broker: true,
  } satisfies Record<Exclude<keyof PlainOptions, "defaults">, true>,
);

/** Merges the layers, of which the first one that gives a setting wins, and checks everything. */
export function resolveConfiguration(
  layers: readonly ConfigurationLayer[],
  directory: string,
): ConfigurationResult {
  const problems = layers.flatMap((layer) => layer.problems);
  const given = winners(layers, problems);
  const values = new Map<string, unknown>();
  for (const [path, one] of given) readOne(path, one, values, problems);
  const defaults = nested(values, "defaults.") as DefaultOptions;
  checkDefaults(defaults, given, problems);
  if (problems.length > 0) return { problems, configuration: undefined };
  return { problems, configuration: assemble(values, defaults, given, directory) };
}

/** Returns the value of each setting from the first layer that gives it. */
function winners(
  layers: readonly ConfigurationLayer[],
  problems: ConfigurationProblem[],
): ReadonlyMap<string, GivenSetting> {
  const given = new Map<string, GivenSetting>();
  for (const layer of layers) {
    // One layer may give `store`, another one `stores`: the first of them decides.
    const decided = given.has("store") || given.has("stores");
    const both = layer.given.filter(({ path }) => path === "store" || path === "stores");
    if (!decided && new Set(both.map(({ path }) => path)).size === 2) {
      problems.push({
        message: `'store' cannot go with 'stores' (in ${both[0]!.source}); give one of the two`,
        source: both[0]!.source,
      });
    }
    for (const one of layer.given) {
      if (decided && both.includes(one)) continue;
      if (!given.has(one.path)) given.set(one.path, one);
    }
  }
  return given;
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
  given: ReadonlyMap<string, GivenSetting>,
  problems: ConfigurationProblem[],
): void {
  if (problems.length > 0) return;
  try {
    resolveRunOptions(defaults, "'defaults' of the configuration");
  } catch (error) {
    const sources = [...given.values()].filter(({ path }) => path.startsWith("defaults."))
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
  given: ReadonlyMap<string, GivenSetting>,
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
    allowedHosts: get("allowedHosts", []),
    options: { ...only(plainKeys), defaults },
    sources: new Map([...given].map(([path, { source }]) => [path, source])),
  };
}

/** Returns the error that stands for all problems of a configuration. */
export function configurationError(problems: readonly ConfigurationProblem[]): CarillonError {
  const message = problems.length === 1
    ? problems[0]!.message
    : `The configuration has ${problems.length} problems`;
  return new CarillonError("invalidConfiguration", message, { details: { problems } });
}
