/** Ids as they are typed: whole, or as much of their beginning as no other id shares. */
import { CarillonError } from "../errors.ts";
import { didYouMean } from "../model/text.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import { usageError } from "./parse_command_line.ts";

/** The number of ids that an ambiguous beginning names. */
const CANDIDATES_MAX = 10;
/** The number of ids in which the nearest one is looked for. */
const SUGGESTIONS_MAX = 1000;

/** Resolves to the id of the job that is typed. Throws `jobNotFound`, and `usage` for the beginning of several ids. */
export async function jobIdOf(scheduler: Scheduler, typed: string): Promise<string> {
  const found = await foundJobId(scheduler, typed);
  // The error is that of the call.
  return found ?? (await scheduler.getJob(typed)).id;
}

/** Resolves to the ids of the jobs that are typed, before anything is done to the first one. */
export function jobIdsOf(scheduler: Scheduler, typed: readonly string[]): Promise<string[]> {
  return Promise.all(typed.map((one) => jobIdOf(scheduler, one)));
}

/** The same for a job that may be gone while others still name it: then what is typed is its id. */
export async function mentionedJobId(scheduler: Scheduler, typed: string): Promise<string> {
  return await foundJobId(scheduler, typed) ?? typed;
}

/** Resolves to the id of the schedule that is typed. Throws `scheduleNotFound`, naming the nearest one, and `usage`. */
export async function scheduleIdOf(scheduler: Scheduler, typed: string): Promise<string> {
  const found = await foundScheduleId(scheduler, typed);
  if (found !== undefined) return found;
  const known = (await scheduler.getSchedules({ limit: SUGGESTIONS_MAX })).items.map(({ id }) => id);
  throw new CarillonError("scheduleNotFound", `There is no schedule '${typed}'${didYouMean(typed, known)}`, {
    details: { scheduleId: typed, known: known.slice(0, CANDIDATES_MAX) },
  });
}

/** The same for a schedule that may be gone while its jobs still name it. */
export async function mentionedScheduleId(scheduler: Scheduler, typed: string): Promise<string> {
  return await foundScheduleId(scheduler, typed) ?? typed;
}

async function foundJobId(scheduler: Scheduler, typed: string): Promise<string | undefined> {
  if ((await scheduler.getJobs({ ids: [typed] })).items.length > 0) return typed;
  return only("job", typed, (await scheduler.getJobs({ idPrefix: typed, limit: CANDIDATES_MAX + 1 })).items);
}

async function foundScheduleId(scheduler: Scheduler, typed: string): Promise<string | undefined> {
  if ((await scheduler.getSchedules({ ids: [typed] })).items.length > 0) return typed;
  return only(
    "schedule",
    typed,
    (await scheduler.getSchedules({ idPrefix: typed, limit: CANDIDATES_MAX + 1 })).items,
  );
}

function only(kind: string, typed: string, found: readonly { readonly id: string }[]): string | undefined {
  const ids = found.map(({ id }) => id);
  if (ids.length < 2) return ids[0];
  const named = ids.slice(0, CANDIDATES_MAX).join(", ") + (ids.length > CANDIDATES_MAX ? ", …" : "");
  throw usageError(`'${typed}' is the beginning of the ids of several ${kind}s: ${named}; type more of it`);
}
