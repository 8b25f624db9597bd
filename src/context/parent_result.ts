import type { ParentFacts, StoredError } from "../model/job_record.ts";
import type { JobOutcome } from "../model/states.ts";
import { decodePayload } from "../serializers/payload.ts";
import type { Serializer } from "../serializers/serializer.ts";

/** What became of a job that the running one waited for. */
export type ParentResult<Output = unknown> =
  | ParentSuccess<Output>
  | ParentFailure;

/** A parent that did its work. */
export interface ParentSuccess<Output = unknown> {
  readonly id: string;
  readonly taskName: string;
  readonly outcome: "success";
  /** What it returned. */
  readonly value: Output;
  readonly error: undefined;
}

/** A parent that did not succeed; there are such where the job says `onParentFailure: "continue"`, or was retried by hand. */
export interface ParentFailure {
  readonly id: string;
  readonly taskName: string;
  readonly outcome: Exclude<JobOutcome, "success">;
  readonly value: undefined;
  /** What it ended with. */
  readonly error: StoredError | undefined;
}

const none: readonly ParentResult[] = Object.freeze([]);

/** What a task's function is told of the parents of its job; values are read when they are asked for. */
export function parentResults(
  parents: readonly ParentFacts[],
  serializers: readonly Serializer[],
): readonly ParentResult[] {
  return parents.length === 0 ? none : Object.freeze(parents.map((parent) => resultOf(parent, serializers)));
}

function resultOf(facts: ParentFacts, serializers: readonly Serializer[]): ParentResult {
  const { id, taskName, outcome, error } = facts;
  let read: { readonly value: unknown } | undefined;
  const result = {
    id,
    taskName,
    outcome,
    get value() {
      read ??= { value: outcome === "success" ? decodePayload(facts.value, serializers) : undefined };
      return read.value;
    },
    error: error ?? undefined,
  };
  return Object.freeze(result) as ParentResult;
}
