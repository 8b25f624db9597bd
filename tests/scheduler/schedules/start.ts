import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import type { CarillonEvent } from "../../../src/events/event.ts";
import type { SchedulerOptions } from "../../../src/scheduler/scheduler_options.ts";
import { task } from "../../../src/registry/task.ts";
import { currentJob } from "../../../src/context/current_job.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";

/** Where the virtual clock of these tests starts. */
export const START = "2026-01-01T00:00:00Z";

/** A scheduler on a virtual clock with one task that notes the fire times it ran for. */
export function setUp(options: Partial<SchedulerOptions> = {}) {
  const clock = new VirtualClock(START);
  const fires: (string | undefined)[] = [];
  const note = task({
    name: "note",
    maxRunningJobs: null,
    run() {
      fires.push(currentJob().scheduledFireTime?.toString());
    },
  });
  const scheduler = new Scheduler({ clock, tasks: [note], ...options });
  const events: CarillonEvent[] = [];
  scheduler.subscribe((event) => events.push(event));
  const typesOf = (prefix: string) =>
    events.map((event) => event.type).filter((type) => type.startsWith(prefix));
  return { clock, scheduler, note, fires, events, typesOf };
}
