/** The options for keeping finished jobs, and their stored form. */
import type { DurationInput } from "../time/duration.ts";
import * as check from "./option_checks.ts";
import type { JobOutcome } from "./states.ts";

/** The time for which finished jobs are kept, as stored; null is forever. */
export interface StoredRetention {
  readonly successMs: number | null;
  readonly otherMs: number | null;
  /** The largest number of successful jobs of a task that are kept; for tasks only. */
  readonly maxSuccess?: number;
  /** The largest number of jobs of a task with any other outcome that are kept; for tasks only. */
  readonly maxOther?: number;
}

/** The default: a day after a success, two weeks after anything else. */
export const defaultRetention: StoredRetention = { successMs: 86_400_000, otherMs: 14 * 86_400_000 };

/** The time for which finished jobs and their results are kept. */
export interface RetentionOptions {
  /** After a success; null is forever. @default { days: 1 } */
  readonly success?: DurationInput | null;
  /** After any other outcome; null is forever. @default { days: 14 } */
  readonly other?: DurationInput | null;
}

/** The time for which finished jobs of a task and their results are kept, and their number. */
export interface TaskRetentionOptions extends RetentionOptions {
  /**
   * The largest number of successful jobs of the task that are kept, the latest ones; counted from when this was set,
   * and tidied once a minute. @default no limit
   */
  readonly maxSuccess?: number;
  /** The same for jobs with any other outcome. @default no limit */
  readonly maxOther?: number;
}

/** Checks how long jobs are kept, and returns the stored form. Throws `invalidOption`. */
export function checkRetention(value: unknown, option: string, where: string): StoredRetention {
  if (typeof value !== "object" || value === null) {
    throw check.optionError(option, where, "must be an object such as { success: { days: 1 } }", value);
  }
  check.refuseUnknownOptions(
    value,
    ["success", "other", "maxSuccess", "maxOther"],
    `'retention' of ${where}`,
  );
  const { success, other, maxSuccess, maxOther } = value as TaskRetentionOptions;
  const { successMs, otherMs } = defaultRetention;
  const count = (given: number, name: string) => check.checkInteger(given, `retention.${name}`, where);
  return {
    successMs: success === undefined
      ? successMs
      : check.checkDurationOrNull(success, "retention.success", where),
    otherMs: other === undefined ? otherMs : check.checkDurationOrNull(other, "retention.other", where),
    ...(maxSuccess === undefined ? {} : { maxSuccess: count(maxSuccess, "maxSuccess") }),
    ...(maxOther === undefined ? {} : { maxOther: count(maxOther, "maxOther") }),
  };
}

interface WithRetention {
  readonly retention?: StoredRetention;
}

/** Throws `invalidOption` for a count on a single schedule or job: a task's jobs are counted together. */
export function refuseCounts({ retention }: WithRetention, where: string): void {
  for (const name of ["maxSuccess", "maxOther"] as const) {
    if (retention?.[name] === undefined) continue;
    const rule = "counts all jobs of a task: set it on the task, or in the scheduler's 'defaults'";
    throw check.optionError(`retention.${name}`, where, rule, retention[name]);
  }
}

/** Returns the largest number of finished jobs of a task with such an outcome that are kept; null is any number. */
export function keptJobs(
  task: { readonly overrides: WithRetention; readonly settings: WithRetention },
  outcome: JobOutcome,
): number | null {
  const retention = task.overrides.retention ?? task.settings.retention;
  return (outcome === "success" ? retention?.maxSuccess : retention?.maxOther) ?? null;
}
