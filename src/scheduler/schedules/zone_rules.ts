import type { ScheduleRecord } from "../../model/schedule_record.ts";
import { type RuntimeZoneRules, runtimeZoneRules } from "../../time/time_zone_data_version.ts";
import { calendarsOf } from "../../triggers/definition.ts";
import type { Environment } from "../environment.ts";
import type { ScheduleStep } from "../store/gateway/schedule_gateway.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import { schedulePages } from "../store/row_pages.ts";
import { contentOf } from "./fire_plan.ts";
import type { TriggerReader } from "./trigger_reader.ts";

/** Name under which a store keeps the rules of the zones that its schedules use. */
const FACT = "timeZoneRules";
/** Number of schedules that are written at a time. */
const PAGE = 500;
/** Number of times a fact is written that another process may be writing too. */
const TRIES = 3;

/** The rules that fires in one zone are computed with. */
interface ZoneFact {
  readonly hash: string;
  /** The version of the data that they are from; absent where the runtime reports none. */
  readonly version?: string | undefined;
  /** The rules that these have replaced. */
  readonly former: readonly string[];
  /** A process with older rules has worked for the store: it may have computed fires. */
  readonly stale?: boolean;
}

type ZoneFacts = Readonly<Record<string, ZoneFact>>;

/** The parts on which the comparison of zone rules works. */
export interface ZoneRulesParts {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly triggers: TriggerReader;
}

/**
 * Compares the time zone rules of this runtime with those that the fires of a store were computed with, zone by zone.
 * Newer rules win, and the process that has them computes the coming fires again; older ones change nothing.
 */
export class ZoneRules {
  readonly #parts: ZoneRulesParts;
  readonly #runtime: RuntimeZoneRules;
  readonly #known = new Set<string>();

  constructor(parts: ZoneRulesParts, runtime: RuntimeZoneRules = runtimeZoneRules) {
    this.#parts = parts;
    this.#runtime = runtime;
  }

  /** Notes the zones that triggers or calendars use which have just been stored. */
  async note(definitions: readonly unknown[]): Promise<void> {
    const zones = new Set<string>();
    for (const definition of definitions) collectZones(definition, zones);
    const unknown = [...zones].filter((zone) => !this.#known.has(zone));
    if (unknown.length > 0) await this.#compare(unknown);
  }

  /** Compares the rules of all zones in use: when a scheduler starts. */
  async check(): Promise<void> {
    await this.#compare([]);
  }

  async #compare(added: readonly string[]): Promise<void> {
    const { gateway: { store, alias }, environment: { logger } } = this.#parts;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const before = readFacts(await store.getFact(FACT));
      const after: Record<string, ZoneFact> = { ...before };
      const replanned: string[] = [];
      const older: string[] = [];
      const isAlone = (await store.getSchedulers()).length <= 1;
      for (const zone of new Set([...Object.keys(before), ...added])) {
        const mine = { hash: this.#runtime.hashOf(zone), version: this.#runtime.version };
        const fact = before[zone];
        if (fact === undefined) after[zone] = { ...mine, former: [] };
        else if (fact.hash === mine.hash) {
          if (!fact.stale) continue;
          replanned.push(zone);
          if (isAlone) after[zone] = { ...fact, stale: false };
        } else if (isNewer(mine, fact)) {
          replanned.push(zone);
          after[zone] = { ...mine, former: [...fact.former, fact.hash], stale: !isAlone };
        } else {
          older.push(zone);
          if (!fact.stale) after[zone] = { ...fact, stale: true };
        }
      }
      if (replanned.length > 0) {
        const moved = await this.#replan(new Set(replanned));
        logger.info("the time zone rules have changed; coming fires were computed again", {
          store: alias,
          zones: replanned,
          moved,
        });
      }
      if (older.length > 0) {
        logger.warn("other processes of this store have newer time zone data; update this runtime", {
          store: alias,
          zones: older,
        });
      }
      const text = JSON.stringify(after);
      if (text !== JSON.stringify(before)) await store.putFact(FACT, text);
      const written = readFacts(await store.getFact(FACT));
      if (added.every((zone) => written[zone] !== undefined)) break;
    }
    for (const zone of added) this.#known.add(zone);
  }

  /** Moves the coming fires of schedules in these zones to where this runtime's rules put them; counts those that moved. */
  async #replan(zones: ReadonlySet<string>): Promise<number> {
    const { gateway, triggers, environment: { logger } } = this.#parts;
    await triggers.refreshCalendars();
    const calendars = new Set(
      (await gateway.store.getCalendars()).filter(({ definition }) => usesAny(definition, zones))
        .map(({ name }) => name),
    );
    const isAffected = ({ trigger }: ScheduleRecord) =>
      usesAny(trigger, zones) || calendarsOf(trigger).some((name) => calendars.has(name));
    const found: ScheduleRecord[] = [];
    for await (const page of schedulePages(gateway.store, { status: "active" })) {
      found.push(...page.filter((record) => record.undecodable === undefined && isAffected(record)));
    }
    let moved = 0;
    for (let from = 0; from < found.length; from += PAGE) {
      const nowMs = await gateway.store.nowMs();
      const steps = found.slice(from, from + PAGE).flatMap((record) => this.#move(record, nowMs) ?? []);
      if (steps.length === 0) continue;
      const held = await gateway.schedules.advance(steps);
      for (const step of steps.filter((_, i) => held[i])) {
        moved++;
        const fields = { store: gateway.alias, schedule: step.advance.schedule.id, ...step.moved };
        logger.info("the next fire of a schedule has moved", fields);
      }
    }
    return moved;
  }

  /** Only a fire that is still to come moves. */
  #move(record: ScheduleRecord, nowMs: number): ScheduleStep | undefined {
    const { nextFireTimeMs: fromMs, lastFireTimeMs } = record;
    if (fromMs === null || fromMs <= nowMs || record.followsFinish) return undefined;
    const toMs = this.#nextOf(record, Math.max(nowMs, lastFireTimeMs ?? 0));
    if (toMs === undefined || toMs === fromMs) return undefined;
    const schedule = { ...contentOf(record), nextFireTimeMs: toMs, advancedAtMs: nowMs };
    return {
      advance: { expected: record, expectedUnfinishedJobs: null, schedule, jobs: [] },
      dropped: [],
      lateFires: 0,
      moved: { fromMs, toMs },
    };
  }

  /** A trigger that throws is for the schedule loop to report. */
  #nextOf(record: ScheduleRecord, afterMs: number): number | undefined {
    try {
      const { trigger, context } = this.#parts.triggers.read(record);
      return trigger.nextAfterMs(afterMs, context);
    } catch {
      return undefined;
    }
  }
}

/**
 * True if rules are newer than the recorded ones: of a later version of the data; where that is not known, if they have
 * not been replaced before.
 */
function isNewer(
  mine: { readonly hash: string; readonly version: string | undefined },
  fact: ZoneFact,
): boolean {
  return !fact.former.includes(mine.hash) && (mine.version ?? "") >= (fact.version ?? "");
}

function readFacts(text: string | undefined): ZoneFacts {
  try {
    return text === undefined ? {} : JSON.parse(text) as ZoneFacts;
  } catch {
    return {};
  }
}

function usesAny(definition: unknown, zones: ReadonlySet<string>): boolean {
  const used = new Set<string>();
  collectZones(definition, used);
  return [...used].some((zone) => zones.has(zone));
}

/** Every zone that a stored definition names, at any depth; UTC has no rules. */
function collectZones(definition: unknown, zones: Set<string>): void {
  if (typeof definition !== "object" || definition === null) return;
  for (const [key, value] of Object.entries(definition)) {
    if (key === "timeZone" && typeof value === "string" && value !== "UTC") zones.add(value);
    else collectZones(value, zones);
  }
}
