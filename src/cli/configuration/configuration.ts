import type { Executor } from "../../executors/executor.ts";
import type { ControlToken } from "../../http/auth/tokens.ts";
import type { SchedulerOptions } from "../../scheduler/scheduler_options.ts";
import type { LibsqlOptions } from "../../stores/libsql.ts";
import type { StoreSetting } from "./store_setting.ts";

/**
 * The content of a configuration file: the options of the scheduler, objects among them by name, and those of the
 * command line. Durations can also be written short: `"30s"`, `"1h30m"`.
 */
export interface Configuration extends
  LibsqlOptions,
  Pick<
    SchedulerOptions,
    | "role"
    | "name"
    | "timeZone"
    | "defaults"
    | "maxConcurrentJobs"
    | "tags"
    | "lease"
    | "abortGrace"
    | "broker"
  > {
  /** The data store: an address, or the store itself. @default "file:carillon.db" */
  readonly store?: StoreSetting;
  /** Several stores by alias, instead of `store`. */
  readonly stores?: Readonly<Record<string, StoreSetting>>;
  /**
   * Executors by name, besides `eventLoop`: the path of a module that exports an executor, or the executor
   * itself.
   */
  readonly executors?: Readonly<Record<string, string | Executor>>;
  /** The encoding of stored inputs and results. @default "rich" */
  readonly serializer?: "rich" | "json" | "cbor";
  /** Folder of the task modules. @default "tasks" */
  readonly tasks?: string;
  /** The lowest level of log lines on standard error. @default "warn" */
  readonly logLevel?: "debug" | "info" | "warn" | "error" | "silent";
  /** The address of the control endpoints: `"127.0.0.1:8000"`. @default nowhere */
  readonly http?: string;
  /** Bearer tokens that the control endpoints accept. @default one that `start` makes for each run */
  readonly tokens?: readonly (string | ControlToken)[];
  /**
   * The values of the header `Host` under which the control endpoints are served: `["jobs.example.com"]`.
   *
   * @default the names of the loopback when listening there, otherwise any host
   */
  readonly allowedHosts?: readonly string[];
}

/**
 * Returns its argument with the types of a configuration, for the default export of `carillon.config.ts`.
 *
 * @example
 * ```ts
 * import { defineConfig } from "carillon";
 *
 * const configuration = defineConfig({ store: "file:carillon.db", timeZone: "Europe/Berlin" });
 * console.assert(configuration.timeZone === "Europe/Berlin");
 * ```
 */
export function defineConfig(configuration: Configuration): Configuration {
  return configuration;
}
