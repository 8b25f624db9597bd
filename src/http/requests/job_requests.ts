/** The query parameters and bodies of requests about jobs. */
import { z } from "zod";
import type { JobOptions } from "../../model/job_options.ts";
import { jobOutcomes, jobStates } from "../../model/states.ts";
import { withoutUndefined } from "../../model/payload.ts";
import { NAME_LENGTH_MAX, text, wordList } from "./query_values.ts";

/** The query parameters that select jobs. */
export const jobQueryShape = {
  state: wordList(jobStates).optional(),
  outcome: wordList(jobOutcomes).optional(),
  task: text().optional(),
  schedule: text().optional(),
  batch: text().optional(),
  addedBy: text().optional(),
  after: text().optional(),
  store: text().optional(),
} as const;

const jobQuery = z.strictObject(jobQueryShape);

/** Returns the scheduler's filter for these query parameters. */
export function jobFilter(query: z.output<typeof jobQuery>) {
  const { state, outcome, task, schedule, batch, addedBy, after, store } = query;
  return withoutUndefined({
    states: state,
    outcomes: outcome,
    taskName: task,
    scheduleId: schedule,
    batchId: batch,
    addedBy,
    after: after === undefined ? undefined : [after],
    store,
  });
}

/** The body of `POST /jobs`: a task's name, its input, and the options of `addJob` beside them. */
export interface NewJobRequest extends Omit<JobOptions, "transaction"> {
  /** Name of the task. */
  readonly task: string;
  /** The task's input; checked by its schema where its code is known. @default none */
  readonly input?: unknown;
}

/** Checks the task and the input; all other fields are options, which `addJob` itself checks. */
export const newJobBody = z.looseObject({
  task: z.string({ error: "must be the name of a task" }).min(1, { error: "must not be empty" })
    .max(NAME_LENGTH_MAX, { error: `must have at most ${NAME_LENGTH_MAX} characters` }),
  transaction: z.never({ error: "cannot be given here: a transaction is one of the caller's own process" })
    .optional(),
  input: z.unknown().optional(),
}, { error: 'must be an object such as {"task": "mail.digest", "input": {}}' });

/** The reason for cancelling jobs, for people. */
export const cancelReason = z.string({ error: "must be a string" }).min(1, { error: "must not be empty" })
  .max(1000, { error: "must have at most 1000 characters" }).optional();
