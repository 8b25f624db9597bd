import { z } from "zod";
import { jobOutcomes, jobStates } from "../../model/states.ts";
import { text, wordList } from "./query_values.ts";

/** Which jobs, as query parameters. */
export const jobQueryShape = {
  state: wordList(jobStates).optional(),
  outcome: wordList(jobOutcomes).optional(),
  task: text().optional(),
  schedule: text().optional(),
  store: text().optional(),
} as const;

const jobQuery = z.strictObject(jobQueryShape);

/** The same as the scheduler asks for it. */
export function jobFilter({ state, outcome, task, schedule, store }: z.output<typeof jobQuery>) {
  return { states: state, outcomes: outcome, taskName: task, scheduleId: schedule, store };
}
