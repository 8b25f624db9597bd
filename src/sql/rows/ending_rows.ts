import type { JobEnding, JobTransition } from "../../model/job_record.ts";
import { leavingOutcome } from "../../model/job_history.ts";
import { groupRows, type RowGroup } from "./row_groups.ts";

type Finish = Extract<JobTransition, { readonly to: "finished" }>;
type Leave = Exclude<JobTransition, Finish>;

/** What is shared by a group of runs that finish, in this order; then follow rows of seq, claim number and value. */
export const finishGroupColumns = ["owner", "outcome", "error", "keep_ms"] as const;

/** What is shared by a group of runs that go on later, in this order; then follow rows of seq and claim number. */
export const leaveGroupColumns = [
  "owner",
  "leaves_to",
  "left_as",
  "error",
  "delay_ms",
  "lost_lease",
  "reason",
] as const;

/** The runs among these that finish, as groups of rows. */
export function finishGroups(endings: readonly JobEnding[]): readonly RowGroup[] {
  const finishing = endings.flatMap(({ fence, transition }) =>
    transition.to === "finished" ? [{ fence, transition }] : []
  );
  return groupRows(
    finishing,
    ({ fence, transition }) => [
      fence.incarnation,
      transition.outcome,
      errorText(transition.error),
      transition.keepMs,
    ],
    ({ fence, transition }) => [fence.seq, fence.claimNumber, transition.value],
  );
}

/** The runs among these that go on later, as groups of rows. */
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

/** What a question about runs lists of each: the fence, and the outcome it ends with if it ends. */
export function questionRow({ fence, transition }: JobEnding): readonly (string | number | null)[] {
  const outcome = transition.to === "finished" ? transition.outcome : null;
  return [fence.seq, fence.incarnation, fence.claimNumber, outcome];
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
