import { eventLoop } from "../executors/event_loop.ts";
import { memory } from "../stores/memory.ts";
import type { SchedulerOptions } from "./scheduler_options.ts";

/**
 * Completes the options of a scheduler that names no store or no executors: memory, and the event loop. The one file of
 * the scheduler that imports adapters. Neither is made where both are given; a bundle that must not even contain them
 * replaces this file.
 */
export function withDefaultParts(options: SchedulerOptions): SchedulerOptions {
  return {
    ...options,
    ...(options.store || options.stores ? {} : { store: memory() }),
    executors: options.executors ?? { eventLoop: eventLoop() },
  };
}
