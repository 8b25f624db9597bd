import { z } from "zod";
import { jobOutcomes, jobStates } from "../../model/states.ts";
import { text, wordList } from "./query_values.ts";

/** Which jobs, as query parameters. */
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

/** The same as the scheduler asks for it. */
export function jobFilter(query: z.output<typeof jobQuery>) {
  const { state, outcome, task, schedule, batch, addedBy, after, store } = query;
  return {
    states: state,
    outcomes: outcome,
    taskName: task,
    scheduleId: schedule,
    batchId: batch,
    addedBy,
    after: after === undefined ? undefined : [after],
    store,
  };
}
