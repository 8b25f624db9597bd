import type { CommandGroup } from "../command.ts";
import { listTasksCommand } from "./tasks/list.ts";
import { showTaskCommand } from "./tasks/show.ts";

/** `tasks …`: the tasks of the task modules and of the store. */
export const tasksGroup: CommandGroup = {
  name: "tasks",
  summary: "List tasks, and show how their jobs run",
  commands: [listTasksCommand, showTaskCommand],
  defaultCommand: "list",
};
