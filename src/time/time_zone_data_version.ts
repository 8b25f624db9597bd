import { zoneTable } from "./zone_table.ts";

/** The time zone rules of a runtime, as far as they can be compared with those of another one. */
export interface RuntimeZoneRules {
  /** The version of its time zone data, such as `2026b`; undefined where the runtime reports none. */
  readonly version: string | undefined;
  /** Returns a hash of the transitions of a zone: equal where two runtimes compute the same fires in it. */
  hashOf(timeZone: string): string;
}

/** The rules of this runtime. */
export const runtimeZoneRules: RuntimeZoneRules = {
  get version() {
    const { process } = globalThis as {
      readonly process?: { readonly versions?: { readonly tz?: unknown } };
    };
    const version = process?.versions?.tz;
    return typeof version === "string" && version !== "" ? version : undefined;
  },
  hashOf(timeZone) {
    let hash = 0x811c9dc5;
    const mix = (value: number) => hash = Math.imul(hash ^ value, 0x01000193);
    const table = zoneTable(timeZone);
    let period = table.at(FIRST_S);
    mix(period.offsetS);
    while (period.endS < LAST_S) {
      period = table.at(period.endS);
      mix(period.startS | 0);
      mix(period.offsetS);
    }
    return (hash >>> 0).toString(16).padStart(8, "0");
  },
};

/** 2026: earlier rules decide about no fire that is still to come. */
const FIRST_S = 1_767_225_600;
/** 2041: up to where the tables are filled anyway. */
const LAST_S = 2_240_524_800;
