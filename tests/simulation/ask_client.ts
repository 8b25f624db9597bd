import { taskRef } from "../../src/registry/task.ts";
import type { Scheduler } from "../../src/scheduler/scheduler.ts";
import { Temporal } from "../../src/time/temporal.ts";
import { interval } from "../../src/triggers/interval.ts";
import type { Ask, ScheduleAsk } from "./asks.ts";
import type { Cluster } from "./cluster.ts";
import { askFeature, type FeatureAsk, isFeatureAsk } from "./features/features.ts";
import { shapeFor } from "./shape.ts";
import { CALENDAR, holidays } from "./workload.ts";

type Does = (call: () => Promise<unknown>) => void;
type AddAsk = Ask & { readonly kind: "addJob" };

/** Lets a client ask for something. */
export function askClient(cluster: Cluster, client: Scheduler, ask: Ask | FeatureAsk): void {
  const does: Does = (call) => cluster.ask(ask.kind, call);
  if (isFeatureAsk(ask)) return does(() => askFeature(client, ask, cluster.oracle));
  switch (ask.kind) {
    case "addJob":
      return does(() => addJob(cluster, client, ask));
    case "addShaped":
      return does(() => client.addJob(taskRef("shaped"), shapeFor(cluster.codeVersion), { id: ask.id }));
    case "runJob":
      return does(() => client.runJob(taskRef(ask.task), undefined, { id: ask.id }));
    case "cancelJob":
      return does(() => client.cancelJob(ask.id));
    case "retryJob":
      return does(() => client.retryJob(ask.id));
    case "removeJob":
      return does(() => client.removeJob(ask.id));
    case "hurryJob":
      return does(() => client.updateJob(ask.id, { runAt: "now" }));
    case "raiseJob":
      return does(() => client.updateJob(ask.id, { priority: ask.priority }));
    case "cancelAll":
      return does(() => client.cancelJobs({ taskName: ask.task }));
    case "pauseTask":
      return does(() => client.pauseTask(ask.task));
    case "resumeTask":
      return does(() => client.resumeTask(ask.task));
    case "limitTask":
      return does(() => client.configureTask(ask.task, { maxRunningJobs: ask.limit }));
    case "holiday":
      return does(() => client.setCalendar(CALENDAR, holidays(ask.on)));
    default:
      askAboutSchedule(does, client, ask, cluster.world.nowMs);
  }
}

async function addJob({ oracle }: Cluster, client: Scheduler, ask: AddAsk): Promise<void> {
  const { id, priority, delayMs, key, identity } = ask;
  const handle = await client.addJob(taskRef(ask.task), undefined, {
    id,
    priority,
    ...(delayMs > 0 ? { delay: { milliseconds: delayMs } } : {}),
    ...(key === undefined ? {} : { concurrencyKey: key }),
    ...(identity === "unique" ? { unique: { period: { seconds: 5 } } } : {}),
    ...(identity === "debounce" ? { debounce: { maxWait: { seconds: 3 } } } : {}),
    ...(typeof identity === "object" ? { idempotencyKey: identity.key } : {}),
  });
  oracle.violations.unless(oracle.jobs.jobs.has(handle.id), () => `addJob of ${id} was lost`);
}

function askAboutSchedule(does: Does, client: Scheduler, ask: ScheduleAsk, nowMs: number): void {
  const { kind, schedule } = ask;
  switch (kind) {
    case "pauseSchedule":
      return does(() => client.pauseSchedule(schedule));
    case "resumeSchedule":
      return does(() => client.resumeSchedule(schedule));
    case "skipAhead":
      return does(() => client.resumeSchedule(schedule, { resumeFrom: "now" }));
    case "runSchedule":
      return does(() => client.runScheduleNow(schedule));
    case "removeSchedule":
      return does(() => client.removeSchedule(schedule));
    case "backfill": {
      const [from, until] = [nowMs - ask.lastMs, nowMs].map((ms) =>
        Temporal.Instant.fromEpochMilliseconds(Math.floor(ms))
      );
      return does(() => client.backfillSchedule(schedule, { from: from!, until: until! }));
    }
    case "changeSchedule":
      return does(() =>
        client.updateSchedule(schedule, { trigger: interval({ milliseconds: ask.everyMs }) })
      );
    case "addSchedule":
      return does(() =>
        client.addSchedule(taskRef(ask.task), interval({ milliseconds: ask.everyMs }), { id: schedule })
      );
  }
}
