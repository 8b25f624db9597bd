import type { Executor } from "../../executors/executor.ts";
import type { ControlToken } from "../../http/auth/tokens.ts";
import type { SchedulerOptions } from "../../scheduler/scheduler_options.ts";
import type { LibsqlOptions } from "../../stores/libsql.ts";
import type { StoreSetting } from "./store_setting.ts";

/**
 * What a configuration file can say: the options of the scheduler, in text where they are things, and what the
 * command line needs beside. Durations can also be written short: `"30s"`, `"1h30m"`.
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
  /** Where everything is kept: an address, or the store itself. @default "file:carillon.db" */
  readonly store?: StoreSetting;
  /** Several stores by alias, instead of `store`. */
  readonly stores?: Readonly<Record<string, StoreSetting>>;
  /**
   * Who runs the functions, by name, besides `eventLoop`: the path of a module that exports an executor, or the
   * executor itself.
   */
  readonly executors?: Readonly<Record<string, string | Executor>>;
  /** How inputs and results are stored. @default "rich" */
  readonly serializer?: "rich" | "json" | "cbor";
  /** Folder of the task modules. @default "tasks" */
  readonly tasks?: string;
  /** From which level on log lines are written to the standard error. @default "warn" */
  readonly logLevel?: "debug" | "info" | "warn" | "error" | "silent";
  /** Where the control endpoints listen: `"127.0.0.1:8000"`. @default nowhere */
  readonly http?: string;
  /** Bearer tokens that the control endpoints accept; needed off the loopback. @default [] */
  readonly tokens?: readonly (string | ControlToken)[];
}

/**
 * Gives a configuration its types: `carillon.config.ts` exports what this answers, which is what it was given.
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
