import { checkName } from "../model/option_checks.ts";
import { registryState } from "./registry_state.ts";
import type { InputOf, ResultOf, Task, TaskReference } from "./task_types.ts";

/**
 * Names a task with its types where its code is not imported: in a web server that only adds jobs, say. The
 * worker that runs it validates the input.
 *
 * @example
 * ```ts
 * import { type Task, taskRef } from "carillon";
 *
 * // Usually: import type { sendDigest } from "./tasks.ts"; taskRef<typeof sendDigest>("mail.digest").
 * const digest = taskRef<Task<{ userId: string }, { sent: number }>>("mail.digest");
 * console.assert(digest.name === "mail.digest");
 * ```
 */
export function taskRef<T extends TaskReference = Task<unknown, unknown>>(
  name: string,
): Task<InputOf<T>, ResultOf<T>> {
  const reference = Object.freeze({ name: checkName(name, "name", "taskRef") });
  registryState.references.set(reference, reference.name);
  return reference as Task<InputOf<T>, ResultOf<T>>;
}
