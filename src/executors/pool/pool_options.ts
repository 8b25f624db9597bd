import { availableParallelism } from "node:os";
import * as check from "../../model/option_checks.ts";
import type { Clock } from "../../time/clock.ts";
import type { DurationInput } from "../../time/duration.ts";
import { systemClock } from "../../time/system_clock.ts";

/** The limits at which a thread or child process is replaced by a fresh one, between two jobs. */
export interface RecycleOptions {
  /** The number of jobs. @default no limit */
  readonly jobs?: number;
  /**
   * The memory in use after a job: the heap of a thread, all of a child process. Memory that is not collected
   * yet counts. @default no limit
   */
  readonly bytes?: number;
}

/** Options of a pool of threads or child processes. */
export interface PoolOptions {
  /**
   * The modules that export the tasks: URLs, as `new URL("./tasks.ts", import.meta.url)` or
   * `import.meta.resolve("./tasks.ts")`. They are imported again in every thread or process, so that they
   * must not start a scheduler.
   */
  readonly modules: readonly (URL | string)[];
  /** The number that stay open while there is nothing to do, once there was something. @default 0 */
  readonly min?: number;
  /** The largest number; further jobs wait. @default the number of processors */
  readonly max?: number;
  /** The time for which one stays open with nothing to do. @default { seconds: 30 } */
  readonly idleTimeout?: DurationInput;
  /** The limits at which one is replaced by a fresh one. @default never */
  readonly recycleAfter?: RecycleOptions;
  /** The clock. @default the system's clock */
  readonly clock?: Clock;
}

/** Options of a pool, complete and checked. */
export interface ResolvedPoolOptions {
  readonly modules: readonly string[];
  readonly min: number;
  readonly max: number;
  readonly idleTimeoutMs: number;
  readonly recycleAfterJobs: number;
  readonly recycleAfterBytes: number;
  readonly clock: Clock;
}

const optionKeys = ["modules", "min", "max", "idleTimeout", "recycleAfter", "clock"] as const;

/** Fills in what was not given and checks the rest. Throws `invalidOption`. */
export function resolvePoolOptions(options: PoolOptions, where: string): ResolvedPoolOptions {
  check.refuseUnknownOptions(options, optionKeys, where);
  const { min = 0, max, idleTimeout = { seconds: 30 }, recycleAfter = {}, clock = systemClock } = options;
  check.refuseUnknownOptions(recycleAfter, ["jobs", "bytes"], `'recycleAfter' of ${where}`);
  const { jobs, bytes } = recycleAfter;
  const least = check.checkInteger(min, "min", where, 0);
  const most = check.checkInteger(max ?? Math.max(least, availableParallelism()), "max", where);
  if (least > most) throw check.optionError("min", where, `must not be above 'max', which is ${most}`, min);
  return {
    modules: modulesOf(options.modules, where),
    min: least,
    max: most,
    idleTimeoutMs: check.checkDelay(idleTimeout, "idleTimeout", where),
    recycleAfterJobs: jobs === undefined ? Infinity : check.checkInteger(jobs, "recycleAfter.jobs", where),
    recycleAfterBytes: bytes === undefined
      ? Infinity
      : check.checkNumber(bytes, "recycleAfter.bytes", where, 1, Infinity),
    clock,
  };
}

function modulesOf(modules: unknown, where: string): readonly string[] {
  if (!Array.isArray(modules) || modules.length === 0) {
    const rule = 'must be a list of URLs such as [new URL("./tasks.ts", import.meta.url)]';
    throw check.optionError("modules", where, rule, modules);
  }
  return modules.map((module: unknown) => {
    if (module instanceof URL) return module.href;
    // A path would be looked for beside Carillon's own files, not beside the caller's.
    if (typeof module === "string" && /^[a-z][a-z+.-]+:/i.test(module)) return module;
    const hint = 'must hold URLs; write new URL("./tasks.ts", import.meta.url)';
    throw check.optionError("modules", where, hint, module);
  });
}
