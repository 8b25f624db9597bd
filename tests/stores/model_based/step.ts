import { fc } from "../../properties.ts";
import type { TaskVersion } from "../../../src/model/task_record.ts";
import type { Subject } from "./subject.ts";

/** One call of a store, with what it says about itself when a run fails. */
export interface Step {
  readonly name: string;
  readonly run: (subject: Subject) => Promise<unknown>;
}

/** Steps of one kind, with their random arguments. */
export function steps<Given>(
  name: string,
  given: fc.Arbitrary<Given>,
  run: (subject: Subject, given: Given) => Promise<unknown>,
): fc.Arbitrary<Step> {
  return given.map((args) => ({
    name,
    run: (subject) => run(subject, args),
    [fc.toStringMethod]: () => `${name} ${JSON.stringify(args)}`,
  }));
}

/** A place in a list of unknown length. */
export const place: fc.Arbitrary<number> = fc.nat(11);

/** The few ids of jobs, so that they meet often. */
export const jobId: fc.Arbitrary<string> = fc.nat(14).map((i) => `job-${i}`);

/** Some ids of jobs. */
export const jobIds: fc.Arbitrary<string[]> = fc.array(jobId, { maxLength: 4 });

/** The few tasks; the last one is never written. */
export const taskName: fc.Arbitrary<string> = fc.constantFrom("a", "b", "c");

/** Some tasks. */
export const taskNames: fc.Arbitrary<string[]> = fc.subarray(["a", "b", "c"], { minLength: 1 });

/** Some tasks with the versions that a scheduler has. */
export const taskVersions: fc.Arbitrary<TaskVersion[]> = taskNames.chain((names) =>
  fc.tuple(...names.map((name) => fc.record({ name: fc.constant(name), version: fc.constantFrom(1, 2) })))
);

/** Tags that schedulers offer and jobs require: sorted, each once. */
export const tags: fc.Arbitrary<string[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<string[]>([]) },
  fc.subarray(["x", "y"]),
);

/** Milliseconds from now, near ones. */
export const soonMs: fc.Arbitrary<number> = fc.constantFrom(-7, -1, 0, 1, 5, 20);
