import { interval } from "../../src/triggers/interval.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";

/** Any trigger. */
export function sampleTrigger(): Trigger {
  return interval({ hours: 1 });
}
