/** The one place that touches `globalThis.Temporal`: the native object, or the polyfill where there is none. */
export const Temporal: typeof globalThis.Temporal = globalThis.Temporal ?? await loadPolyfill();

/** The first instant that Temporal can hold, in milliseconds since 1970. */
export const EARLIEST_MS = -8.64e15;

/** The last instant that Temporal can hold, in milliseconds since 1970. */
export const LATEST_MS = 8.64e15;

async function loadPolyfill(): Promise<typeof globalThis.Temporal> {
  const { Temporal } = await import("temporal-polyfill");
  return Temporal as unknown as typeof globalThis.Temporal;
}

/** The `Temporal` classes of values. */
export type TemporalName =
  | "Instant"
  | "ZonedDateTime"
  | "PlainDate"
  | "PlainDateTime"
  | "PlainTime"
  | "PlainYearMonth"
  | "PlainMonthDay"
  | "Duration";

/**
 * Returns the name of a value's Temporal class, or undefined for any other value. Goes by the value's tag, so that a
 * native value and a polyfill's both pass.
 */
export function temporalName(value: unknown): TemporalName | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const tag = (value as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  return typeof tag === "string" && tag.startsWith("Temporal.")
    ? tag.slice("Temporal.".length) as TemporalName
    : undefined;
}

/**
 * The instant of so many milliseconds since 1970; undefined for null. What lies outside of what Temporal can hold
 * becomes its first or last instant, so that whatever is stored can be shown.
 */
export function instantOf(epochMs: number): Temporal.Instant;
export function instantOf(epochMs: number | null): Temporal.Instant | undefined;
export function instantOf(epochMs: number | null): Temporal.Instant | undefined {
  return epochMs === null ? undefined : Temporal.Instant.fromEpochMilliseconds(withinRange(epochMs));
}

/** The nearest number of milliseconds since 1970 that Temporal can hold. */
export function withinRange(epochMs: number): number {
  return Math.min(LATEST_MS, Math.max(EARLIEST_MS, epochMs));
}
