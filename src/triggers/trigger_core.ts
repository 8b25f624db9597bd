import type { TriggerContext, TriggerJSON } from "./trigger.ts";

/**
 * What one kind of trigger has to say for itself; `triggerOf` makes a whole {@linkcode Trigger} of it. Every
 * trigger is a core too.
 */
export interface TriggerCore {
  /** The registered kind. */
  readonly kind: string;
  /** The zone that the definition names, if any. */
  readonly timeZone: string | undefined;
  /** The first fire strictly after an instant, in whole milliseconds since 1970. */
  nextAfterMs(epochMs: number, context?: TriggerContext): number | undefined;
  /** The same with a zone where the definition names none; itself when it has one or needs none. */
  withTimeZone(timeZone: string): TriggerCore;
  /** The definition as JSON. */
  toJSON(): TriggerJSON;
}
