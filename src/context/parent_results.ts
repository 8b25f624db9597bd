import type { ParentFacts } from "../model/job_record.ts";
import { decodePayload } from "../serializers/payload.ts";
import type { Serializer } from "../serializers/serializer.ts";
import type { ParentResult } from "./parent_result.ts";

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
