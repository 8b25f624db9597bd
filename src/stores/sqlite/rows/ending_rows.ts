import type { JobEnding, JobFence, JobTransition } from "../../../model/job_record.ts";
import { leavingOutcome } from "../../../model/job_history.ts";
import type { SqlValue } from "../../shared/driver.ts";
import { groupRows, type RowGroup } from "./list_text.ts";

type Finish = Extract<JobTransition, { readonly to: "finished" }>;
type Leave = Exclude<JobTransition, Finish>;

/** The columns that a group of runs that finish shares, in this order; then follow rows of seq, claim number and value. */
export const finishGroupColumns = ["owner", "outcome", "error", "keep_ms"] as const;

/** The columns that a group of runs that continue later shares, in this order; then follow rows of seq and claim number. */
export const leaveGroupColumns = [
  "owner",
  "leaves_to",
  "left_as",
  "error",
  "delay_ms",
  "lost_lease",
  "reason",
] as const;

interface Finishing extends JobEnding {
  readonly transition: Finish;
}

/** The runs among these that finish, as groups of rows. */
export function finishGroups(endings: readonly JobEnding[]): readonly RowGroup[] {
  return groupRows(
    endings.filter(isFinishing),
    ({ fence, transition: { outcome, error, keepMs } }) => [
      fence.incarnation,
      outcome,
      errorText(error),
      keepMs,
    ],
    ({ fence, transition }) => [fence.seq, fence.claimNumber, transition.value],
  );
}

/** The facts that runs have in common that finish in the same way: most that end together do. */
export interface SharedFinish {
  readonly fence: JobFence;
  readonly transition: Finish;
  /** True if they also have the same value: tasks that return nothing, or always the same. */
  readonly sameValue: boolean;
}

/** The facts that these runs have in common; undefined where they finish in different ways, or some do not. */
export function sharedFinish(endings: readonly JobEnding[]): SharedFinish | undefined {
  const [first] = endings;
  if (first === undefined || !isFinishing(first)) return undefined;
  const { fence, transition } = first;
  let sameValue = true;
  for (const ending of endings) {
    if (!isFinishing(ending) || !finishesAlike(first, ending)) return undefined;
    sameValue &&= ending.transition.value === transition.value;
  }
  return { fence, transition, sameValue };
}

function finishesAlike(a: Finishing, b: Finishing): boolean {
  return a.fence.incarnation === b.fence.incarnation && a.fence.claimNumber === b.fence.claimNumber &&
    a.transition.outcome === b.transition.outcome && a.transition.keepMs === b.transition.keepMs &&
    a.transition.error === b.transition.error;
}

function isFinishing(ending: JobEnding): ending is Finishing {
  return ending.transition.to === "finished";
}

/** The arguments of a shared finish, after the list and the time. */
export function sharedFinishArguments({ fence, transition }: SharedFinish): readonly SqlValue[] {
  const { outcome, error, keepMs } = transition;
  return [fence.incarnation, fence.claimNumber, outcome, errorText(error), keepMs];
}

/** The runs among these that continue later, as groups of rows. */
export function leaveGroups(endings: readonly JobEnding[]): readonly RowGroup[] {
  const leaving = endings.flatMap(({ fence, transition }) =>
    transition.to === "finished" ? [] : [{ fence, transition }]
  );
  return groupRows(
    leaving,
    ({ fence, transition }) => [
      fence.incarnation,
      transition.to,
      leavingOutcome(transition) ?? null,
      ...leaveValues(transition),
    ],
    ({ fence }) => [fence.seq, fence.claimNumber],
  );
}

/**
 * The list of a question about runs, in groups: owner, claim number, and the outcome each ends with if it ends; then their
 * seqs. In the order of the endings.
 */
export function questionGroups(endings: readonly JobEnding[]): readonly RowGroup<number>[] {
  return groupRows(
    endings,
    ({ fence, transition }) => [
      fence.incarnation,
      fence.claimNumber,
      transition.to === "finished" ? transition.outcome : null,
    ],
    ({ fence }) => fence.seq,
  );
}

function leaveValues(transition: Leave): readonly (string | number | null)[] {
  switch (transition.to) {
    case "retry":
      return [errorText(transition.error), transition.delayMs, 0, null];
    case "snooze":
      return [null, transition.delayMs, 0, null];
    case "handBack":
      return [null, 0, transition.lostLease ? 1 : 0, null];
    case "parked":
      return [null, 0, 0, transition.reason];
  }
}

function errorText(error: object | null): string | null {
  return error === null ? null : JSON.stringify(error);
}
