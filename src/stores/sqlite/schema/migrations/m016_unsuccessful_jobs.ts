import type { Migration } from "./migration.ts";

/**
 * The finished jobs that did not succeed, in the order they were added: what people ask for most among those that are over.
 * Jobs that succeed are never in it, and cost nothing more. Task and outcome are there to pass over what is not asked for
 * without reading its row.
 */
export const unsuccessfulJobs: Migration = {
  version: 16,
  name: "an index of jobs that did not succeed",
  minCompatibleVersion: 14,
  statements: ({ tables: { jobs } }) => [
    `create index ${jobs}_unsuccessful on ${jobs}(seq, outcome, task_name) where outcome <> 'success'`,
  ],
};
