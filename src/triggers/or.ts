import { checkParts, partsInZone, sharedTimeZone } from "./combined.ts";
import { invalidTrigger } from "./invalid_trigger.ts";
import { checkKeys } from "./options.ts";
import type { Trigger, TriggerContext, TriggerJSON } from "./trigger.ts";
import type { TriggerCore } from "./trigger_core.ts";
import { triggerOf } from "./trigger_value.ts";

/**
 * Fires whenever one of several triggers does; once where several fire at the same instant.
 *
 * Throws `invalidTrigger` for an empty list and for what is no trigger.
 *
 * @example
 * ```ts
 * import { cron, or } from "carillon";
 *
 * const opening = or([cron("0 9 * * mon-fri"), cron("0 11 * * sat")]);
 * const next = opening.nextAfter(Temporal.Instant.from("2026-03-27T09:00Z"));
 * console.assert(next?.toString() === "2026-03-28T11:00:00Z");
 * ```
 */
export function or(triggers: readonly Trigger[]): Trigger {
  return triggerOf(new OrCore(checkParts(triggers, "or")));
}

/** Reads the JSON of an `or` trigger. */
export function orFromJSON(json: TriggerJSON, read: (json: unknown) => Trigger): Trigger {
  const { triggers } = checkKeys(json, ["kind", "triggers"], "An or trigger");
  if (!Array.isArray(triggers)) {
    throw invalidTrigger("An or trigger needs a list of triggers", { field: "triggers" });
  }
  return or(triggers.map(read));
}

class OrCore implements TriggerCore {
  readonly kind = "or";
  readonly timeZone: string | undefined;
  readonly #parts: readonly Trigger[];

  constructor(parts: readonly Trigger[]) {
    this.timeZone = sharedTimeZone(parts);
    this.#parts = parts;
  }

  nextAfterMs(epochMs: number, context?: TriggerContext): number | undefined {
    let earliestMs: number | undefined;
    for (const part of this.#parts) {
      const fireMs = part.nextAfterMs(epochMs, context);
      if (fireMs !== undefined && (earliestMs === undefined || fireMs < earliestMs)) earliestMs = fireMs;
    }
    return earliestMs;
  }

  withTimeZone(timeZone: string): TriggerCore {
    const parts = partsInZone(this.#parts, timeZone);
    return parts === this.#parts ? this : new OrCore(parts);
  }

  toJSON(): TriggerJSON {
    return { kind: this.kind, triggers: this.#parts.map((part) => part.toJSON()) };
  }
}
