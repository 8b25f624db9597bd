import { CarillonError } from "../errors.ts";
import type { RegisteredTask } from "./registered_task.ts";

/**
 * What a batch function answered, once there is one result for each input. Throws `invalidOutput`.
 */
export async function batchResults(
  { name }: Pick<RegisteredTask, "name">,
  answer: unknown,
  count: number,
): Promise<readonly unknown[]> {
  if (Array.isArray(answer) && answer.length === count) return answer;
  // Nobody waits for what is in the list any more: it must not fail unheard.
  if (Array.isArray(answer)) await Promise.allSettled(answer);
  const got = Array.isArray(answer) ? `a list of ${answer.length}` : `a value of type ${typeof answer}`;
  const inputs = `${count} ${count === 1 ? "input" : "inputs"}`;
  throw new CarillonError(
    "invalidOutput",
    `Batch task '${name}' must answer a list with a result for each of its ${inputs}, but answered ${got}; ` +
      "put an Error in the place of what failed",
    { details: { taskName: name, inputs: count } },
  );
}

/** One result of a batch; throws where an error stands in its place. */
export async function batchResult(result: unknown): Promise<unknown> {
  const value = await result;
  if (value instanceof Error) throw value;
  return value;
}
