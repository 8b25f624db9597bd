import type { DurationInput } from "../../time/duration.ts";

/** Options of starting a scheduler. */
export interface StartOptions {
  /** Whether it keeps the process alive while it waits. @default true */
  readonly keepAlive?: boolean;
  /** Start, but take no work until `resume`. @default false */
  readonly paused?: boolean;
}

/** Options of stopping a scheduler. */
export interface StopOptions {
  /** Let running jobs finish; otherwise they are aborted at once and handed back. @default true */
  readonly drain?: boolean;
  /** How long they may take; then they are aborted and handed back. @default { seconds: 30 } */
  readonly timeout?: DurationInput;
}
