import type { RetryOptions } from "../../model/retry_options.ts";
import type { LostLeasePolicy, SchedulerRole } from "../../model/states.ts";
import type { LibsqlOptions } from "../../stores/libsql.ts";
import type { LogThreshold } from "../render/terminal_logger.ts";
import type { Configuration } from "./configuration.ts";
import * as kind from "./setting_kinds.ts";
import type { SettingKind } from "./setting_kinds.ts";

/** A setting: given in the configuration file, in the environment, and some of them by an option. */
export interface Setting {
  /** Its place in the configuration file: `defaults.retry.base`. */
  readonly path: string;
  readonly kind: SettingKind;
  /** Its purpose, in one line. */
  readonly summary: string;
  /** Its default, for people. */
  readonly fallback: string;
  /** The command line option that sets it, without the dashes, and the name of its value. */
  readonly option?: { readonly name: string; readonly value: string };
  /** Never shown. */
  readonly secret?: boolean;
}

const storesText = "stores by alias, as in main=file:a.db,archive=file:b.db";
const executorsText = "modules by name, as in heavy=./executors/heavy.ts";

/** Every setting: the one table behind the reader, the options, the check and the documentation. */
export const settings: readonly Setting[] = [
  {
    path: "store",
    kind: kind.store,
    summary: "Address of the data store",
    fallback: "file:carillon.db",
    option: { name: "store", value: "URL" },
  },
  {
    path: "stores",
    kind: kind.byName(storesText, kind.store.read),
    summary: "Several stores by alias, instead of 'store'; the first one is the default",
    fallback: "none",
  },
  {
    path: "synchronous",
    kind: kind.choice<NonNullable<LibsqlOptions["synchronous"]>>({ full: true, normal: true }),
    summary: "How durable a commit is: full waits for the disk; for stores named by their address",
    fallback: "full",
  },
  {
    path: "tablePrefix",
    kind: kind.text,
    summary: "Prefix of the names of all tables, for stores named by their address",
    fallback: "carillon_",
  },
  {
    path: "authToken",
    kind: kind.text,
    summary: "Token of the server, for stores named by their address",
    fallback: "none",
    secret: true,
  },
  {
    path: "tasks",
    kind: kind.text,
    summary: "Folder of the task modules",
    fallback: "tasks",
    option: { name: "tasks", value: "FOLDER" },
  },
  {
    path: "role",
    kind: kind.choice<SchedulerRole>({ both: true, scheduler: true, worker: true, client: true }),
    summary: "Process schedules, run jobs, both, or neither",
    fallback: "both",
    option: { name: "role", value: "ROLE" },
  },
  {
    path: "name",
    kind: kind.text,
    summary: "Name of this scheduler, shown wherever it appears",
    fallback: "host name and process id",
    option: { name: "name", value: "NAME" },
  },
  {
    path: "timeZone",
    kind: kind.zone,
    summary: "Zone of triggers that name none",
    fallback: "UTC",
    option: { name: "time-zone", value: "ZONE" },
  },
  {
    path: "maxConcurrentJobs",
    kind: kind.count,
    summary: "Number of jobs that run here at once",
    fallback: "100",
    option: { name: "max-concurrent-jobs", value: "N" },
  },
  {
    path: "maxInputBytes",
    kind: kind.count,
    summary: "Largest input of a job in bytes, as it is stored",
    fallback: "2000000",
  },
  {
    path: "maxResultBytes",
    kind: kind.count,
    summary: "Largest result of a job in bytes, as it is stored",
    fallback: "2000000",
  },
  {
    path: "tags",
    kind: kind.names,
    summary: "Tags that this scheduler offers to jobs that demand them",
    fallback: "none",
  },
  {
    path: "executors",
    kind: kind.byName(executorsText, kind.part("the path of a module that exports an executor", "run")),
    summary: "Executors by name, besides eventLoop, which is the default",
    fallback: "none",
  },
  {
    path: "broker",
    kind: kind.broker,
    summary: "How events reach other schedulers",
    fallback: "none",
  },
  {
    path: "lease",
    kind: kind.duration,
    summary: "How long this scheduler may be silent before others take over its work",
    fallback: "30s",
  },
  {
    path: "abortGrace",
    kind: kind.duration,
    summary: "How long a job has to end after its signal was aborted",
    fallback: "5s",
  },
  {
    path: "serializer",
    kind: kind.choice<NonNullable<Configuration["serializer"]>>({ rich: true, json: true, cbor: true }),
    summary: "Encoding of stored inputs and results",
    fallback: "rich",
  },
  {
    path: "logLevel",
    kind: kind.choice<LogThreshold>({ debug: true, info: true, warn: true, error: true, silent: true }),
    summary: "Lowest level of log lines on standard error",
    fallback: "warn",
    option: { name: "log-level", value: "LEVEL" },
  },
  {
    path: "http",
    kind: kind.httpAddress,
    summary: "Address of the control endpoints",
    fallback: "nowhere",
    option: { name: "http", value: "HOST:PORT" },
  },
  {
    path: "tokens",
    kind: kind.tokens,
    summary: "Bearer tokens that the control endpoints accept",
    fallback: "one made for each run",
    option: { name: "token", value: "TOKEN" },
    secret: true,
  },
  {
    path: "allowedHosts",
    kind: kind.hosts,
    summary: "Host names, with their ports, under which the control endpoints are served",
    fallback: "on the loopback its own names, otherwise any host",
  },
  { path: "defaults.priority", kind: kind.integer, summary: "Higher ones are taken first", fallback: "0" },
  {
    path: "defaults.ageing",
    kind: kind.durationOrNone,
    summary: "A job gains one priority level for each such period it has waited past its due time",
    fallback: "10m",
  },
  {
    path: "defaults.timeout",
    kind: kind.durationOrNone,
    summary: "How long one attempt may run",
    fallback: "none",
  },
  {
    path: "defaults.retry.maxAttempts",
    kind: kind.count,
    summary: "Maximum number of attempts, including the first",
    fallback: "1",
  },
  {
    path: "defaults.retry.backoff",
    kind: kind.choice<NonNullable<RetryOptions["backoff"]>>({ exponential: true, fixed: true }),
    summary: "Growth of the waits between attempts",
    fallback: "exponential",
  },
  { path: "defaults.retry.base", kind: kind.duration, summary: "The first wait", fallback: "1s" },
  {
    path: "defaults.retry.factor",
    kind: kind.number(1, Infinity),
    summary: "By how much each wait is longer than the one before",
    fallback: "2",
  },
  { path: "defaults.retry.cap", kind: kind.duration, summary: "Upper bound of a wait", fallback: "1h" },
  {
    path: "defaults.retry.jitter",
    kind: kind.number(0, 1),
    summary: "Random part that is added to each wait",
    fallback: "0.1",
  },
  {
    path: "defaults.timeToLive",
    kind: kind.durationOrNone,
    summary: "How long after its due time a job may still start",
    fallback: "none",
  },
  {
    path: "defaults.retention.success",
    kind: kind.durationOrNone,
    summary: "How long successful jobs are kept; none is forever",
    fallback: "1d",
  },
  {
    path: "defaults.retention.other",
    kind: kind.durationOrNone,
    summary: "How long jobs with any other outcome are kept; none is forever",
    fallback: "14d",
  },
  {
    path: "defaults.retention.maxSuccess",
    kind: kind.count,
    summary: "Maximum number of successful jobs of a task kept",
    fallback: "any number",
  },
  {
    path: "defaults.retention.maxOther",
    kind: kind.count,
    summary: "Maximum number of jobs of a task with any other outcome kept",
    fallback: "any number",
  },
  {
    path: "defaults.executor",
    kind: kind.text,
    summary: "Name of the executor that runs jobs",
    fallback: "eventLoop",
  },
  {
    path: "defaults.onLostLease",
    kind: kind.choice<LostLeasePolicy>({ retry: true, abandon: true }),
    summary: "What happens to a running job whose scheduler loses its lease",
    fallback: "retry",
  },
  {
    path: "defaults.maxLostLeases",
    kind: kind.count,
    summary: "Number of lost leases after which a job is abandoned",
    fallback: "3",
  },
  {
    path: "defaults.tags",
    kind: kind.names,
    summary: "Tags that a scheduler must offer to run jobs",
    fallback: "none",
  },
  {
    path: "defaults.maxRunningJobs",
    kind: kind.limit,
    summary: "Number of jobs of a task that run at once",
    fallback: "1",
  },
  {
    path: "defaults.misfireGraceTime",
    kind: kind.durationOrNone,
    summary: "How late a fire may be and still become a job; none is any time",
    fallback: "none",
  },
];

/** Returns the environment variable of a setting: `CARILLON_DEFAULTS_RETRY_BASE`. */
export function variableOf({ path }: Pick<Setting, "path">): string {
  return `CARILLON_${path.replace(/([a-z])([A-Z])/g, "$1_$2").replaceAll(".", "_").toUpperCase()}`;
}
