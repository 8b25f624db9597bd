import type { JobEnding, JobFence, JobTransition } from "../../model/job_record.ts";
import { leavingOutcome } from "../../model/job_history.ts";
import type { SqlValue } from "../driver.ts";
import { groupRows, type RowGroup } from "./row_groups.ts";

type Finish = Extract<JobTransition, { readonly to: "finished" }>;
type Leave = Exclude<JobTransition, Finish>;

/**
 * What is shared by a group of runs that finish, in this order; then follow its rows. A row is a seq, or a list of what
 * is not shared after all: seq, claim number and value.
 */
export const finishGroupColumns = ["owner", "outcome", "error", "keep_ms", "claim_number", "result"] as const;

/** Groups must be this large on average for claim numbers and values to be shared. */
const GROUP_MIN = 8;

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

interface Finishing {
  readonly fence: JobFence;
  readonly transition: Finish;
}

/** The runs among these that finish, as groups of rows. */
export function finishGroups(endings: readonly JobEnding[]): readonly RowGroup<FinishRow>[] {
  const finishing = endings.filter((ending): ending is Finishing => ending.transition.to === "finished");
  const shares = mostlyAlike(finishing);
  return groupRows<Finishing, FinishRow>(
    finishing,
    ({ fence, transition }) => [
      fence.incarnation,
      transition.outcome,
      errorText(transition.error),
      transition.keepMs,
      shares ? fence.claimNumber : null,
      shares ? transition.value : null,
    ],
    ({ fence, transition }) => shares ? fence.seq : [fence.seq, fence.claimNumber, transition.value],
  );
}

type FinishRow = number | readonly SqlValue[];

/** Whether most are like the one before them: first attempts of tasks that return nothing, or always the same. */
function mostlyAlike(finishing: readonly Finishing[]): boolean {
  const groups = finishing.filter(({ fence, transition }, index) => {
    const before = finishing[index - 1];
    return before?.transition.value !== transition.value || before.fence.claimNumber !== fence.claimNumber;
  });
  return groups.length * GROUP_MIN <= finishing.length;
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
export function questionRow({ fence, transition }: JobEnding): readonly SqlValue[] {
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
