import type { ClaimAnswer, ClaimRequest } from "../../stores/job_store.ts";
import type { ClaimGroup } from "./claim_groups.ts";
import type { ClaimsInFlight } from "./claims_in_flight.ts";
import { ClaimWithEndsFailed, type PiggybackedEnds } from "../running/piggybacked_ends.ts";
import type { Environment } from "../environment.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { JobRunner } from "../running/job_runner.ts";
import type { NextRoundMs } from "../store/poller.ts";

/** How many jobs one claim takes at the most. */
const CLAIM_MAX = 1000;
/** How often the store is brought up to date at the most while there is no room for another job. */
const UPKEEP_EVERY_MS = 100;

/** What the job loop needs. */
export interface JobLoopOptions {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  /** What runs the jobs, and writes how they end. */
  readonly runner: JobRunner;
  /** The incarnation whose lease holds; undefined while there is none. */
  readonly incarnation: () => number | undefined;
  /** The tasks of which jobs could start now. */
  readonly groups: () => readonly ClaimGroup[];
  readonly claims: ClaimsInFlight;
  /** Asks for another round. */
  readonly wake: () => void;
  /** How long to sleep at the most, for when nobody tells that something changed; null is for ever. */
  readonly pollMs: number | null;
}

/** What a round has to fill its places from. */
interface Room {
  readonly ends: PiggybackedEnds;
  /** Gives back all but so many places. */
  readonly keep: (count: number) => void;
}

/** Takes jobs and hands them to be run, as many as there is room for. */
export class JobLoop {
  readonly #options: JobLoopOptions;
  /** Whether the last round left nothing that could run now. */
  drained = false;
  /** Whether it took all that could run but for want of slots in the cluster, and nothing is known to have come since. */
  claimedAll = false;
  /** Whether no job is known that waits for the end of another one: then such an end needs no look. */
  backlogEmpty = false;
  /** The earliest `runAt` that is ahead, as of the last claim. */
  nextRunAtMs: number | null = null;
  /** Whether the last round that is over went well. */
  works = true;

  /** When the last claim was. */
  #lookedMs = -Infinity;
  /** When the earliest job that is ahead is due, by the same clock. */
  #dueMs = -Infinity;
  /** Jobs that were added while a claim is under way, which may or may not take them; undefined between claims. */
  #addedMeanwhile: number[] | undefined;
  /** Whether the last claim left something that could run. */
  #leftSome = false;

  constructor(options: JobLoopOptions) {
    this.#options = options;
  }

  /** Whether the next claim, which is to come, may take all there is. */
  get mayTakeAll(): boolean {
    return !this.claimedAll && !this.#leftSome;
  }

  /** There may be jobs to take. */
  noteWork(): void {
    this.drained = false;
    this.claimedAll = false;
    this.backlogEmpty = false;
  }

  /**
   * Jobs were added that wait. Answers whether the claim that is under way sees to them: if it does not take them, another
   * one follows.
   */
  seesTo(seqs: readonly number[]): boolean {
    this.#addedMeanwhile?.push(...seqs);
    return this.#addedMeanwhile !== undefined;
  }

  /** One round: claims once, unless the scheduler is paused. */
  async round(): Promise<NextRoundMs> {
    const { environment: { slots, paused }, wake, runner } = this.#options;
    const ends = runner.ends.takeEnds();
    try {
      if (paused()) return null;
      const nextMs = await slots.reserve(CLAIM_MAX, wake, (limit, keep) => this.#fill(limit, { ends, keep }));
      this.works = true;
      return nextMs;
    } catch (error) {
      if (error instanceof ClaimWithEndsFailed) return 0;
      this.works = false;
      throw error;
    } finally {
      ends.leave();
    }
  }

  async #fill(free: number, room: Room): Promise<NextRoundMs> {
    const { environment: { clock, logger, registry }, gateway, pollMs } = this.#options;
    const incarnation = this.#options.incarnation();
    if (incarnation === undefined) {
      this.noteWork();
      logger.debug("no claim", { store: gateway.alias, reason: "no lease" });
      return pollMs;
    }
    const groups = this.#options.groups();
    const limit = groups.length === 0 ? 0 : free;
    const restMs = limit === 0 ? this.#lookedMs + UPKEEP_EVERY_MS - clock.monotonicMs() : 0;
    if (restMs > 0) {
      // Nothing was looked at, so what is known stays, but for the jobs whose time has come.
      if (clock.monotonicMs() >= this.#dueMs) this.noteWork();
      logger.debug("no claim", {
        store: gateway.alias,
        reason: "all slots or executors of this scheduler are full",
      });
      return earliest(restMs, pollMs);
    }
    this.noteWork();
    if (limit === 0) room.ends.leave();
    const answer = limit === 0
      ? await this.#claim({ incarnation, tasks: registry.versions(), limit }, room)
      : await this.#claimWhileAdding(incarnation, groups, limit, room);
    this.nextRunAtMs = answer.nextRunAtMs;
    const waitMs = answer.nextRunAtMs === null ? null : Math.max(0, answer.nextRunAtMs - answer.nowMs);
    logger.debug("claimed", {
      store: gateway.alias,
      jobs: answer.claimed.length,
      missed: answer.missed.length,
      of: limit,
      nextRunInMs: waitMs,
      more: answer.more,
    });
    this.#lookedMs = clock.monotonicMs();
    this.#dueMs = waitMs === null ? Infinity : this.#lookedMs + waitMs;
    if (limit === 0 || !this.#isWhole(groups)) this.#note(groups, limit, answer);
    // Without room a claim takes nothing; it still ends what missed its start deadline, tells whether somebody waits for
    // room, and when to look again.
    if (limit === 0) return earliest(waitMs === null ? null : Math.max(waitMs, UPKEEP_EVERY_MS), pollMs);
    return answer.more ? 0 : earliest(waitMs, pollMs);
  }

  /** As `claimAll`; there is more when jobs were added meanwhile that were not taken. */
  async #claimWhileAdding(incarnation: number, groups: readonly ClaimGroup[], limit: number, room: Room) {
    const added: number[] = this.#addedMeanwhile = [];
    try {
      const answer = this.#isWhole(groups)
        ? await this.#claimWhole(incarnation, groups, limit, room)
        : await this.#claimAll(incarnation, groups, limit, room);
      if (added.length === 0) return answer;
      const taken = new Set(answer.claimed.map(({ seq }) => seq));
      return { ...answer, more: answer.more || added.some((seq) => !taken.has(seq)) };
    } finally {
      this.#addedMeanwhile = undefined;
    }
  }

  #claimWhole(incarnation: number, groups: readonly ClaimGroup[], limit: number, room: Room) {
    return this.#claim({ incarnation, tasks: groups[0]!.tasks, limit }, room, (answer) => {
      this.#note(groups, limit, answer);
      if (!answer.more) room.keep(answer.claimed.length);
    });
  }

  /** Claims of each group as many as could start, together as many as there is room for. */
  async #claimAll(
    incarnation: number,
    groups: readonly ClaimGroup[],
    limit: number,
    room: Room,
  ): Promise<ClaimAnswer> {
    const [first, ...others] = groups as readonly [ClaimGroup, ...ClaimGroup[]];
    let all = await this.#claimGroup(incarnation, first, limit, room);
    for (const group of others) {
      if (all.claimed.length === limit) break;
      const next = await this.#claimGroup(incarnation, group, limit - all.claimed.length, room);
      all = {
        ...next,
        claimed: [...all.claimed, ...next.claimed],
        missed: [...all.missed, ...next.missed],
        nextRunAtMs: earliest(all.nextRunAtMs, next.nextRunAtMs),
        more: all.more || next.more,
        backlog: all.backlog || next.backlog,
      };
    }
    return all;
  }

  async #claimGroup(
    incarnation: number,
    { tasks, max }: ClaimGroup,
    left: number,
    room: Room,
  ): Promise<ClaimAnswer> {
    const limit = Math.min(max, left);
    const answer = await this.#claim({ incarnation, tasks, limit }, room);
    // An executor that is full now frees a place when a run is over, which wakes the loop.
    if (limit < left && answer.claimed.length === limit) return { ...answer, more: false };
    return answer;
  }

  /**
   * `heard` is called before anything is told and before the jobs run: one that needs no waiting is over at once, and
   * whoever hears of an end may add jobs straight away.
   */
  #claim(request: ClaimRequest, { ends }: Room, heard?: (answer: ClaimAnswer) => void): Promise<ClaimAnswer> {
    const { gateway, claims, runner, incarnation: holder } = this.#options;
    return claims.during(async () => {
      const answer = await ends.claim((endings) => gateway.jobs.claim(request, endings, heard));
      // Where the lease was lost meanwhile they may be another's by now; if not, the beats hand them back.
      if (holder() !== request.incarnation) return { ...answer, claimed: [] };
      runner.start(answer.claimed, request.incarnation);
      return answer;
    });
  }

  #note(groups: readonly ClaimGroup[], limit: number, { more, claimed, backlog: left }: ClaimAnswer): void {
    this.#leftSome = more;
    if (more) return;
    // An executor that had no place for more frees one when a run is over.
    this.claimedAll = this.#asksForAll(groups) && groups.every(({ max }) => max === Infinity);
    this.drained = this.claimedAll || (limit > 0 && claimed.length === 0);
    this.backlogEmpty = this.#isWhole(groups) && !left;
  }

  /** Whether one claim asks for all tasks, however many of their jobs there are. */
  #isWhole(groups: readonly ClaimGroup[]): boolean {
    return groups.length === 1 && groups[0]!.max === Infinity && this.#asksForAll(groups);
  }

  /** Whether no task is left out because its executor is full. */
  #asksForAll(groups: readonly ClaimGroup[]): boolean {
    const asked = groups.reduce((sum, { tasks }) => sum + tasks.length, 0);
    return groups.length > 0 && asked === this.#options.environment.registry.versions().length;
  }
}

/** The shorter of two waits, where null is for ever. */
export function earliest(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
