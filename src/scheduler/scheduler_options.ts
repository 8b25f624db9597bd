import { checkMiddleware, type Middleware } from "../context/middleware.ts";
import { CarillonError } from "../errors.ts";
import type { EventBroker } from "../brokers/event_broker.ts";
import type { Executor } from "../executors/executor.ts";
import { consoleLogger } from "../model/console_logger.ts";
import { disregard } from "../model/maybe_promise.ts";
import { isDebugEnabled, type Logger, type LogLevel, silentLogger } from "../model/logger.ts";
import * as check from "../model/option_checks.ts";
import type { RunOverrides } from "../model/settings.ts";
import { type SchedulerRole, schedulerRoles } from "../model/states.ts";
import { defaultOptionKeys, type DefaultOptions, resolveRunOptions } from "../model/task_options.ts";
import type { TaskSource } from "../registry/task_types.ts";
import { richJson } from "../serializers/rich_json.ts";
import type { Serializer } from "../serializers/serializer.ts";
import type { DataStore } from "../stores/data_store.ts";
import type { Clock } from "../time/clock.ts";
import type { DurationInput } from "../time/duration.ts";
import { systemClock } from "../time/system_clock.ts";
import { timeZoneId } from "../time/time_zone.ts";
import { ownProcessIdentity } from "./leases/process_identity.ts";

/** Options of a scheduler. */
export interface SchedulerOptions {
  /** Store of everything. Given one, the scheduler makes no memory store. @default memory() */
  readonly store?: DataStore;
  /** Several data stores by alias, instead of `store`; the first one is the default. */
  readonly stores?: Readonly<Record<string, DataStore>>;
  /** Function tasks, classes with decorated static methods, and instances of classes with decorated methods. @default [] */
  readonly tasks?: readonly TaskSource[];
  /** Process schedules (`scheduler`), run jobs (`worker`), `both`, or neither (`client`). @default "both" */
  readonly role?: SchedulerRole;
  /** Name shown wherever the scheduler appears; need not be unique. @default host name and process id */
  readonly name?: string;
  /** Zone of triggers that name none, stored with them. @default "UTC" */
  readonly timeZone?: string;
  /** Defaults of jobs; options of the task, the schedule and the job itself win over them. @default {} */
  readonly defaults?: DefaultOptions;
  /** Code around every run, the first one outermost; the task's own comes within. @default [] */
  readonly use?: readonly Middleware[];
  /** Number of jobs that run here at once, of all tasks and stores. @default 100 */
  readonly maxConcurrentJobs?: number;
  /** Abilities of this scheduler that others lack, which jobs may demand. @default [] */
  readonly tags?: readonly string[];
  /** Executors of the tasks' functions, by name; the first one is the default. @default the event loop */
  readonly executors?: Readonly<Record<string, Executor>>;
  /** Time of silence after which others take over the work of this scheduler. @default { seconds: 30 } */
  readonly lease?: DurationInput;
  /** Time for a job to end after its signal was aborted, before it counts as stuck. @default { seconds: 5 } */
  readonly abortGrace?: DurationInput;
  /**
   * Largest input of a job in bytes, as it is stored: one that is larger is refused with `payloadTooLarge`. It may not
   * exceed what a store of the scheduler holds. @default 2000000, or less where a store holds less
   */
  readonly maxInputBytes?: number;
  /**
   * Largest result of a job in bytes, as it is stored: a job whose function returns a larger one ends as `error`, and is not
   * tried again. It may not exceed what a store of the scheduler holds. @default 2000000, or less where a store holds less
   */
  readonly maxResultBytes?: number;
  /**
   * Any logger with `debug`, `info`, `warn` and `error`; false for silence.
   * @default consoleLogger(): warnings and errors on the standard error
   */
  readonly logger?: Logger | false;
  /** Source of time. @default the system's clock */
  readonly clock?: Clock;
  /** Source of randomness (jitter, back-off): a number in [0, 1). @default Math.random */
  readonly random?: () => number;
  /** Format in which inputs and results are stored. @default rich JSON */
  readonly serializer?: Serializer;
  /**
   * Carries events between schedulers; several may share one. With `"store"`, listeners also get the events that the
   * stores keep of other processes (jobs that ended, changes of schedules and tasks), without any server.
   * @default none: schedulers look at the store
   */
  readonly broker?: EventBroker | "store";
}

/** The names of all scheduler options. */
export const schedulerOptionKeys = [
  "store",
  "stores",
  "tasks",
  "role",
  "name",
  "timeZone",
  "defaults",
  "use",
  "maxConcurrentJobs",
  "tags",
  "executors",
  "lease",
  "abortGrace",
  "maxInputBytes",
  "maxResultBytes",
  "logger",
  "clock",
  "random",
  "serializer",
  "broker",
] as const satisfies readonly (keyof SchedulerOptions)[];

/** Options of a scheduler, complete and checked. */
export interface ResolvedSchedulerOptions {
  readonly stores: readonly (readonly [alias: string, store: DataStore])[];
  readonly tasks: readonly TaskSource[];
  readonly role: SchedulerRole;
  readonly name: string;
  readonly timeZone: string;
  readonly defaults: RunOverrides;
  readonly use: readonly Middleware[];
  readonly maxConcurrentJobs: number;
  readonly tags: readonly string[];
  readonly executors: ReadonlyMap<string, Executor>;
  readonly leaseMs: number;
  readonly abortGraceMs: number;
  readonly maxInputBytes: number;
  readonly maxResultBytes: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly serializer: Serializer;
  readonly broker: EventBroker | "store" | undefined;
}

const where = "the scheduler";
const LEASE_MIN_MS = 300;
/** Largest input and largest result by default. */
const PAYLOAD_BYTES_MAX = 2_000_000;

/** Fills in what was not given and checks the rest. Throws `invalidOption` or `unknownTimeZone`. */
export function resolveSchedulerOptions(options: SchedulerOptions): ResolvedSchedulerOptions {
  check.refuseUnknownOptions(options, schedulerOptionKeys, where);
  const { role = "both", name, timeZone = "UTC", defaults = {}, tags = [], maxConcurrentJobs = 100 } =
    options;
  check.refuseUnknownOptions(defaults, defaultOptionKeys, `'defaults' of ${where}`);
  const stores = storesOf(options);
  return {
    stores,
    tasks: options.tasks ?? [],
    role: check.checkChoice(role, "role", where, schedulerRoles),
    name: name === undefined ? defaultName() : check.checkName(name, "name", where),
    timeZone: timeZoneId(timeZone),
    defaults: resolveRunOptions(defaults, `'defaults' of ${where}`),
    use: checkMiddleware(options.use, where),
    maxConcurrentJobs: check.checkInteger(maxConcurrentJobs, "maxConcurrentJobs", where),
    tags: tags.map((tag) => check.checkName(tag, "tags", where)),
    executors: executorsOf(options.executors),
    leaseMs: leaseOf(options.lease),
    abortGraceMs: options.abortGrace === undefined
      ? 5000
      : check.checkDelay(options.abortGrace, "abortGrace", where),
    maxInputBytes: payloadLimitOf(options, "maxInputBytes", stores),
    maxResultBytes: payloadLimitOf(options, "maxResultBytes", stores),
    logger: loggerOf(options.logger),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    serializer: options.serializer ?? richJson,
    broker: brokerOf(options.broker),
  };
}

function storesOf({ store, stores }: SchedulerOptions): ResolvedSchedulerOptions["stores"] {
  if (store && stores) {
    throw check.optionError("store", where, "cannot go with 'stores': give one of the two", store.location);
  }
  const all = store ? [["main", store] as const] : Object.entries(stores ?? {});
  for (const [alias, one] of all) {
    check.checkName(alias, "stores", where);
    if (typeof one?.claimJobs !== "function") {
      throw check.optionError(
        `stores.${alias}`,
        where,
        'must be a data store such as libsql("file:carillon.db")',
        one,
      );
    }
  }
  return all;
}

function payloadLimitOf(
  options: SchedulerOptions,
  option: "maxInputBytes" | "maxResultBytes",
  stores: ResolvedSchedulerOptions["stores"],
): number {
  const ceiling = stores.map(([, { capabilities }]) => capabilities?.maxPayloadBytes ?? Infinity)
    .reduce((least, max) => Math.min(least, max), Infinity);
  const given = options[option];
  if (given === undefined) return Math.min(PAYLOAD_BYTES_MAX, ceiling);
  const max = check.checkInteger(given, option, where);
  if (max <= ceiling) return max;
  throw check.optionError(option, where, `must be at most ${ceiling}, which is what its store holds`, given);
}

function executorsOf(executors: SchedulerOptions["executors"] = {}): ReadonlyMap<string, Executor> {
  for (const [name, executor] of Object.entries(executors)) {
    check.checkName(name, "executors", where);
    if (typeof executor?.run !== "function") {
      throw check.optionError(
        `executors.${name}`,
        where,
        "must be an executor, with a method 'run'",
        executor,
      );
    }
  }
  return new Map(Object.entries(executors));
}

function brokerOf(broker: SchedulerOptions["broker"]): ResolvedSchedulerOptions["broker"] {
  if (broker === undefined || broker === "store" || typeof broker?.connect === "function") return broker;
  throw check.optionError(
    "broker",
    where,
    "must be 'store', or an event broker such as localBroker()",
    broker,
  );
}

function leaseOf(lease: DurationInput | undefined): number {
  if (lease === undefined) return 30_000;
  const leaseMs = check.checkDuration(lease, "lease", where);
  if (leaseMs >= LEASE_MIN_MS) return leaseMs;
  throw check.optionError("lease", where, `must be at least ${LEASE_MIN_MS} milliseconds`, lease);
}

function loggerOf(logger: Logger | false = consoleLogger()): Logger {
  if (logger === false) return silentLogger;
  for (const level of ["debug", "info", "warn", "error"] as const) {
    if (typeof logger[level] === "function") continue;
    throw new CarillonError("invalidOption", `Option 'logger' of ${where} must have a method '${level}'`);
  }
  return harmlessLogger(logger);
}

/** A logger that throws must not stop what is only reported to it. */
function harmlessLogger(logger: Logger): Logger {
  const line = (level: LogLevel): Logger[typeof level] => (message, fields) => {
    try {
      disregard(logger[level](message, fields));
    } catch {
      // There is nowhere left to report it.
    }
  };
  const isLevelEnabled = () => {
    try {
      const is: unknown = isDebugEnabled(logger);
      disregard(is);
      return Boolean(is);
    } catch {
      return true;
    }
  };
  const lines = { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
  return { ...lines, isLevelEnabled };
}

function defaultName(): string {
  const { hostname, pid } = ownProcessIdentity();
  return `${hostname}-${pid}`;
}
