import { CarillonError } from "../errors.ts";
import type { ScheduleSettings } from "../model/schedule_options.ts";
import type { Trigger } from "../triggers/trigger.ts";
import { decorate } from "./decorate.ts";
import type { Mutable, ScheduleDecorator } from "./decorator_types.ts";
import { definitionPlace, scheduleSpec } from "./task_spec.ts";

/**
 * Declares a schedule of the decorated method; schedulers write it when they start. Without `@task` the method
 * becomes a task named `Class.method`. Several are fine: their default ids are the task's name, then `name#2`.
 *
 * Throws `invalidOption` for an option that breaks its rule, `invalidTask` on anything but a method.
 *
 * @example
 * ```ts
 * import { cron, schedule } from "carillon";
 *
 * class Reports {
 *   @schedule(cron("0 9 * * mon-fri", { timeZone: "Europe/Berlin" }), { id: "daily-report" })
 *   daily(): void {}
 *
 *   @schedule(cron("@hourly"), { input: { team: "sales" } })
 *   hourly(input: { team: string }): void {}
 * }
 * console.assert(new Reports() instanceof Reports);
 * ```
 */
export function schedule(
  trigger: Trigger,
  options?: ScheduleSettings & { readonly input?: undefined },
): ScheduleDecorator<undefined>;
/** Declares a schedule that gives its method an input. */
export function schedule<const I>(
  trigger: Trigger,
  options: ScheduleSettings & { readonly input: I },
): ScheduleDecorator<Mutable<I>>;
export function schedule(...args: readonly unknown[]): unknown {
  const [trigger, options = {}] = args;
  if (typeof trigger === "function" || args.length > 2) {
    throw new CarillonError(
      "invalidTask",
      '@schedule was written without parentheses; write @schedule(cron("0 9 * * *"))',
    );
  }
  const place = definitionPlace(schedule);
  const spec = scheduleSpec(trigger, options as object, "a method", place);
  return (...decorated: readonly unknown[]) => decorate(decorated, "@schedule", { schedule: spec });
}
