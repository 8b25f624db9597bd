import type { JobRecord } from "../../model/job_record.ts";
import type { JsonValue } from "../../model/payload.ts";
import { instantOf } from "../../time/temporal.ts";

/** How many of the jobs that are waited for are named to programs. */
const NAMED_MAX = 10;

/** What there is to say of the jobs that a job waits for; undefined where it waits for none. */
export function explainedParents(parents: readonly JobRecord[]) {
  const [first] = byTelling(parents);
  if (first === undefined) return undefined;
  const { id, taskName, state, startedAtMs } = first;
  const since = state === "running" && startedAtMs !== null ? ` since ${instantOf(startedAtMs)}` : "";
  const more = parents.length === 1 ? "" : ` and ${parents.length - 1} more`;
  const named: JsonValue = byTelling(parents).slice(0, NAMED_MAX)
    .map(({ id, taskName, state }) => ({ jobId: id, taskName, state }));
  return {
    cause: "parents" as const,
    text: `it waits for job ${id} (${taskName}, ${state}${since})${more}`,
    facts: { count: parents.length, parents: named },
  };
}

/** Those that run first: they tell most. */
function byTelling(parents: readonly JobRecord[]): readonly JobRecord[] {
  const rank = ({ state }: JobRecord) => state === "running" ? 0 : 1;
  return parents.toSorted((a, b) => rank(a) - rank(b));
}
