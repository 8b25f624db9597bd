import type { CommandGroup } from "../command.ts";
import { cancelJobCommand } from "./jobs/cancel.ts";
import { explainJobCommand } from "./jobs/explain.ts";
import { listJobsCommand } from "./jobs/list.ts";
import { removeJobsCommand } from "./jobs/remove.ts";
import { retryJobCommand } from "./jobs/retry.ts";
import { showJobCommand } from "./jobs/show.ts";

/** `jobs …`: the jobs of the store. */
export const jobsGroup: CommandGroup = {
  name: "jobs",
  summary: "List, show, explain, cancel, retry and remove jobs",
  commands: [
    listJobsCommand,
    showJobCommand,
    explainJobCommand,
    cancelJobCommand,
    retryJobCommand,
    removeJobsCommand,
  ],
  defaultCommand: "list",
};
