import type { NewJob } from "../../model/job_record.ts";
import { noJobOptions, type ResolvedJobOptions } from "../../model/job_options.ts";
import type { Metadata, Payload } from "../../model/payload.ts";
import type { ScheduleRecord } from "../../model/schedule_record.ts";
import { mergeOverrides, rowSettings, type RunSettings } from "../../model/settings.ts";
import { fireJobId, newJobId } from "./job_id.ts";
import type { NamedTask } from "../tasks/task_input.ts";

/** A job that somebody adds, with everything checked and encoded. */
export interface WantedJob {
  readonly task: NamedTask;
  readonly taskVersion: number;
  readonly input: Payload | null;
  readonly concurrencyKey: string | null;
  readonly rateKey: string | null;
  readonly options: ResolvedJobOptions;
  /** The job whose run adds it. */
  readonly addedBy: string | undefined;
  readonly settings: RunSettings;
  readonly metadata: Metadata;
  /** The store's clock. */
  readonly nowMs: number;
}

/** A job added directly. */
export function directJob(wanted: WantedJob): NewJob {
  const { task, options, settings, nowMs } = wanted;
  const runAtMs = options.runAtMs ?? (options.delayMs > 0 ? nowMs + options.delayMs : null);
  const beginMs = Math.max(runAtMs ?? nowMs, nowMs);
  const job: { -readonly [Key in keyof NewJob]: NewJob[Key] } = {
    id: options.id ?? newJobId(nowMs),
    taskName: task.name,
    taskVersion: wanted.taskVersion,
    scheduleSeq: null,
    scheduleId: null,
    fireTimeMs: null,
    runAtMs,
    ...rowSettings(settings),
    concurrencyKey: wanted.concurrencyKey,
    rateKey: wanted.rateKey,
    input: wanted.input,
    overrides: options.overrides,
    metadata: options === noJobOptions ? wanted.metadata : { ...wanted.metadata, ...options.metadata },
    startDeadlineMs: settings.timeToLiveMs === null ? null : beginMs + settings.timeToLiveMs,
  };
  if (options.parents !== undefined) job.parents = options.parents;
  if (wanted.addedBy !== undefined) job.addedBy = wanted.addedBy;
  return job;
}

/** A job of a schedule that stands for no fire (a manual run), or for one in the past (a backfill). */
export function scheduleJob(
  schedule: ScheduleRecord,
  taskVersion: number,
  settings: RunSettings,
  metadata: Metadata,
  fire: { readonly nowMs: number; readonly fireTimeMs: number | null; readonly again: boolean },
): NewJob {
  const isNew = fire.fireTimeMs === null || fire.again;
  return {
    id: isNew ? newJobId(fire.nowMs) : fireJobId(schedule.seq, fire.fireTimeMs!),
    taskName: schedule.taskName,
    taskVersion,
    scheduleSeq: schedule.seq,
    scheduleId: schedule.id,
    fireTimeMs: fire.fireTimeMs,
    runAtMs: null,
    ...rowSettings(settings),
    concurrencyKey: schedule.policies.concurrencyKey,
    rateKey: schedule.policies.rateKey,
    input: schedule.input,
    overrides: mergeOverrides(schedule.policies.overrides),
    metadata: { ...metadata, ...schedule.metadata },
    startDeadlineMs: null,
  };
}
