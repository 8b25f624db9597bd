import { CarillonError } from "../../errors.ts";
import type { ResolvedScheduleOptions } from "../../model/schedule_options.ts";
import type { TaskReference } from "../../registry/task_types.ts";
import type { Trigger } from "../../triggers/trigger.ts";
import type { Environment } from "../environment.ts";
import { newJobId } from "../jobs/job_id.ts";
import type { WantedSchedule } from "./schedule_write.ts";
import { type EncodedInput, encodeInput, type NamedTask, namedTask } from "../tasks/task_input.ts";

/** Checks and encodes what somebody wants scheduled. Throws `unknownTask`, `invalidInput` or `invalidTrigger`. */
export async function wantedSchedule(
  reference: TaskReference,
  trigger: Trigger,
  options: ResolvedScheduleOptions,
  group: string | null,
  environment: Environment,
): Promise<WantedSchedule> {
  const task = namedTask(reference, environment);
  return {
    id: options.id ?? newJobId(environment.clock.nowMs()),
    generatedId: options.id === undefined,
    taskName: task.name,
    trigger: zonedTrigger(trigger, environment.timeZone),
    inputVersion: task.code?.version,
    group,
    options,
    ...await encodedSchedule(task, options, environment),
  };
}

/** The input of a schedule as it is stored, and the keys that its jobs share limits by. */
export async function encodedSchedule(
  task: NamedTask,
  { input, policies }: ResolvedScheduleOptions,
  environment: Environment,
): Promise<EncodedInput> {
  const encoded = await encodeInput(task, input, environment);
  return {
    ...encoded,
    concurrencyKey: policies.concurrencyKey ?? encoded.concurrencyKey,
    rateKey: policies.rateKey ?? encoded.rateKey,
  };
}

/** The trigger with the scheduler's zone where it names none. Throws `invalidTrigger` for anything else. */
export function zonedTrigger(trigger: Trigger, timeZone: string): Trigger {
  if (typeof trigger?.nextAfterMs === "function" && typeof trigger.withTimeZone === "function") {
    return trigger.withTimeZone(timeZone);
  }
  const came = typeof trigger === "string" ? `the text '${trigger}'` : `a value of type ${typeof trigger}`;
  throw new CarillonError(
    "invalidTrigger",
    `A trigger was expected, such as cron("0 9 * * *") or interval({ hours: 1 }), but got ${came}`,
  );
}
