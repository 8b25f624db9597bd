import { CarillonError } from "../errors.ts";
import { Temporal } from "./temporal.ts";

/** The zone of triggers that name none. */
export const UTC = "UTC";

/** The largest number of spellings that are remembered. */
const KNOWN_MAX = 2000;
const known = new Map<string, string>([[UTC, UTC]]);

/**
 * The identifier of a time zone as the runtime spells it: an IANA name in any case, or a fixed offset
 * such as `+02:00`.
 *
 * Throws `unknownTimeZone` for anything else.
 */
export function timeZoneId(timeZone: unknown): string {
  if (typeof timeZone !== "string") throw unknownTimeZone(timeZone);
  const id = known.get(timeZone) ?? readTimeZone(timeZone);
  if (known.size < KNOWN_MAX) known.set(timeZone, id);
  return id;
}

function readTimeZone(timeZone: string): string {
  // Temporal would also read a whole timestamp with a zone in brackets.
  if (!/^(?:[a-z_][a-z0-9_+\-/]*|[+-]\d\d(?::?\d\d)?)$/i.test(timeZone)) throw unknownTimeZone(timeZone);
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timeZone).timeZoneId;
  } catch (cause) {
    throw unknownTimeZone(timeZone, cause);
  }
}

function unknownTimeZone(timeZone: unknown, cause?: unknown): CarillonError {
  const shown = typeof timeZone === "string" ? `'${timeZone}'` : `a value of type ${typeof timeZone}`;
  const near = typeof timeZone === "string" ? nearestZone(timeZone) : undefined;
  const hint = near ? `did you mean '${near}'?` : "use an IANA name such as 'Europe/Berlin', or 'UTC'";
  return new CarillonError("unknownTimeZone", `There is no time zone ${shown}: ${hint}`, {
    details: { timeZone: typeof timeZone === "string" ? timeZone : undefined, hint },
    cause,
  });
}

function nearestZone(timeZone: string): string | undefined {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z/]/g, "");
  const wanted = plain(timeZone.replaceAll(" ", "_"));
  if (wanted.length < 3) return undefined;
  const zones = Intl.supportedValuesOf("timeZone");
  return zones.find((zone) => plain(zone) === wanted) ??
    zones.find((zone) => plain(zone).endsWith(`/${wanted}`)) ??
    zones.find((zone) => sameButOneLetter(plain(zone), wanted));
}

/** True if two words differ by one letter: missing, added, wrong or swapped with its neighbour. */
function sameButOneLetter(a: string, b: string): boolean {
  let head = 0;
  while (head < a.length && a[head] === b[head]) head++;
  const restA = a.slice(head);
  const restB = b.slice(head);
  return restA.slice(1) === restB || restA === restB.slice(1) || restA.slice(1) === restB.slice(1) ||
    (restA.slice(2) === restB.slice(2) && restA[0] === restB[1] && restA[1] === restB[0]);
}
