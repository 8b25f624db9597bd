import { zoneTable } from "./zone_table.ts";

/** Zones whose rules change often, from every part of the world. */
const WATCHED = [
  "Africa/Cairo",
  "Africa/Casablanca",
  "America/Asuncion",
  "America/Mexico_City",
  "America/New_York",
  "America/Nuuk",
  "America/Santiago",
  "America/Sao_Paulo",
  "Asia/Almaty",
  "Asia/Amman",
  "Asia/Beirut",
  "Asia/Gaza",
  "Asia/Manila",
  "Asia/Tehran",
  "Australia/Sydney",
  "Europe/Chisinau",
  "Europe/London",
  "Europe/Moscow",
  "Pacific/Apia",
  "Pacific/Fiji",
];

let version: string | undefined;

/**
 * Returns a string that changes with the time zone data of the runtime: the version that the runtime reports, and a
 * hash of the transitions of a set of zones, because Temporal may have other data than the runtime reports.
 */
export function timeZoneDataVersion(): string {
  return version ??= readVersion();
}

function readVersion(): string {
  const reported = reportedVersion();
  // The polyfill has the runtime's own data, and takes its time to read it.
  const isNative = "Temporal" in globalThis;
  return reported !== undefined && !isNative
    ? reported
    : [reported, hashedVersion()].filter(Boolean).join(" ");
}

function reportedVersion(): string | undefined {
  const { process } = globalThis as { readonly process?: { readonly versions?: { readonly tz?: unknown } } };
  const version = process?.versions?.tz;
  return typeof version === "string" && version !== "" ? version : undefined;
}

/** Returns a version made of the transitions themselves, for runtimes that report none. */
export function hashedVersion(): string {
  let hash = 0x811c9dc5;
  const mix = (value: number) => hash = Math.imul(hash ^ value, 0x01000193);
  for (const timeZone of WATCHED) {
    const table = zoneTable(timeZone);
    let period = table.at(0);
    while (period.endS < LAST_S) {
      period = table.at(period.endS);
      mix(period.startS | 0);
      mix(period.offsetS);
    }
  }
  return `transitions-${(hash >>> 0).toString(16).padStart(8, "0")}`;
}

/** 2041: up to where the tables are filled anyway. */
const LAST_S = 2_240_524_800;
