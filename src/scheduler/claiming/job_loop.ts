import type { TaskClaim } from "../../model/task_record.ts";
import type { ClaimAnswer } from "../../stores/job_store.ts";
import type { Environment } from "../environment.ts";
import type { Lease } from "../leases/lease.ts";
import type { EndWriter } from "../running/end_writer.ts";
import { ClaimWithEndsFailed, type PiggybackedEnds } from "../running/piggybacked_ends.ts";
import type { Backlog } from "../store/backlog.ts";
import type { ClaimListener } from "../store/gateway/job_gateway.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import { earliest, longestSleepMs, type NextRoundMs, type PolledWork } from "../store/poller.ts";
import type { TaskCache } from "../store/task_cache.ts";
import type { Pollers } from "../store/waker.ts";
import { type ClaimGroup, claimGroups } from "./claim_groups.ts";
import type { JobAdder } from "./job_adder.ts";
import type { JobClaimer } from "./job_claimer.ts";
import type { Reservation } from "./slots.ts";

/** Number of jobs that one claim takes at most. */
const CLAIM_MAX = 1000;
/** Least time between two claims while there is no room for another job. */
const UPKEEP_EVERY_MS = 100;

/** The parts on which a job loop works. */
export interface JobLoopParts {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly tasks: TaskCache;
  readonly lease: Lease;
  readonly backlog: Backlog;
  readonly claimer: JobClaimer;
  /** Adds jobs, and holds some back while a claim is in flight. */
  readonly adder: JobAdder;
  /** The ends of runs that a claim takes along. */
  readonly ends: EndWriter;
  readonly pollers: Pollers;
}

/** One round of claims: the tasks that are claimed, the places for their jobs, and the ends that are taken along. */
interface ClaimRound {
  readonly groups: readonly ClaimGroup[];
  readonly places: Reservation;
  readonly limit: number;
  readonly ends: PiggybackedEnds;
}

/** Claims jobs and has them run, as many as there is room for. */
export class JobLoop implements PolledWork, ClaimListener {
  readonly #parts: JobLoopParts;
  readonly #pollMs: number | null;
  /** Time of the last claim, by the monotonic clock. */
  #claimedMs = -Infinity;
  /** When the earliest job that is ahead is due, by the same clock. */
  #dueMs = -Infinity;
  /** The latest round that claimed all tasks at once. */
  #round: ClaimRound | undefined;

  constructor(parts: JobLoopParts) {
    const { environment: { clock }, gateway: { store } } = parts;
    this.#parts = parts;
    this.#pollMs = longestSleepMs(store.capabilities.shared, clock);
  }

  /** One round: claims once, unless the scheduler is paused. */
  async round(): Promise<NextRoundMs> {
    const { environment, backlog, adder, ends: writer, pollers } = this.#parts;
    const ends = writer.takeEnds();
    try {
      if (environment.status.paused) return null;
      const places = environment.slots.reserve(CLAIM_MAX, pollers.jobs);
      let nextMs: NextRoundMs;
      try {
        nextMs = await this.#fill(places, ends);
      } finally {
        places.release();
      }
      backlog.claimsFail = false;
      return nextMs;
    } catch (error) {
      if (error instanceof ClaimWithEndsFailed) return 0;
      backlog.claimsFail = true;
      throw error;
    } finally {
      ends.leave();
      adder.resume();
    }
  }

  async #fill(places: Reservation, ends: PiggybackedEnds): Promise<NextRoundMs> {
    const { environment, gateway, tasks, lease: { incarnation }, backlog } = this.#parts;
    const { clock, logger } = environment;
    if (incarnation === undefined) {
      backlog.noteWork();
      logger.debug("no claim", { store: gateway.alias, reason: "no lease" });
      return this.#pollMs;
    }
    const groups = claimGroups(environment, tasks);
    const limit = groups.length === 0 ? 0 : places.count;
    const restMs = limit === 0 ? this.#claimedMs + UPKEEP_EVERY_MS - clock.monotonicMs() : 0;
    if (restMs > 0) {
      // Nothing was looked at, so what is known stays, but for the jobs whose time has come.
      if (clock.monotonicMs() >= this.#dueMs) backlog.noteWork();
      logger.debug("no claim", {
        store: gateway.alias,
        reason: "all slots or executors of this scheduler are full",
      });
      return earliest(restMs, this.#pollMs);
    }
    backlog.noteWork();
    const round = { groups, places, limit, ends };
    const answer = limit === 0
      ? await this.#claimNothing(incarnation, round)
      : await this.#claimWhileAdding(incarnation, round);
    backlog.nextRunAtMs = answer.nextRunAtMs;
    const waitMs = answer.nextRunAtMs === null ? null : Math.max(0, answer.nextRunAtMs - answer.nowMs);
    logger.debug("claimed", {
      store: gateway.alias,
      jobs: answer.claimed.length,
      missed: answer.missed.length,
      of: limit,
      nextRunInMs: waitMs,
      more: answer.more,
    });
    this.#claimedMs = clock.monotonicMs();
    this.#dueMs = waitMs === null ? Infinity : this.#claimedMs + waitMs;
    if (limit === 0 || !this.#isWhole(groups)) this.#note(round, answer);
    if (limit === 0) {
      return earliest(waitMs === null ? null : Math.max(waitMs, UPKEEP_EVERY_MS), this.#pollMs);
    }
    return answer.more ? 0 : earliest(waitMs, this.#pollMs);
  }

  /**
   * Without room a claim takes nothing; it still ends what missed its start deadline, and returns whether jobs wait for
   * room, and when to look again.
   */
  #claimNothing(incarnation: number, { limit, ends }: ClaimRound): Promise<ClaimAnswer> {
    ends.leave();
    return this.#parts.claimer.claim({ incarnation, tasks: this.#tasks, limit }, ends);
  }

  /** Claims; there is more when jobs were added meanwhile that were not taken. */
  async #claimWhileAdding(incarnation: number, round: ClaimRound): Promise<ClaimAnswer> {
    const { backlog } = this.#parts;
    const added = backlog.beginClaim();
    try {
      const answer = this.#isWhole(round.groups)
        ? await this.#claimWhole(incarnation, round)
        : await this.#claimGroups(incarnation, round);
      if (added.length === 0) return answer;
      const taken = new Set(answer.claimed.map(({ seq }) => seq));
      return { ...answer, more: answer.more || added.some((seq) => !taken.has(seq)) };
    } finally {
      backlog.endClaim();
    }
  }

  #claimWhole(incarnation: number, round: ClaimRound): Promise<ClaimAnswer> {
    this.#round = round;
    const { groups, limit, ends } = round;
    return this.#parts.claimer.claim({ incarnation, tasks: groups[0]!.tasks, limit }, ends, this);
  }

  /** Notes the answer of a claim of all tasks, before its jobs run. */
  claimAnswered(answer: ClaimAnswer): void {
    const round = this.#round!;
    this.#note(round, answer);
    if (!answer.more) round.places.keep(answer.claimed.length);
  }

  /** Claims of each group as many as could start, together as many as there is room for. */
  async #claimGroups(incarnation: number, { groups, limit, ends }: ClaimRound): Promise<ClaimAnswer> {
    const [first, ...others] = groups as readonly [ClaimGroup, ...ClaimGroup[]];
    let all = await this.#claimGroup(incarnation, first, limit, ends);
    for (const group of others) {
      if (all.claimed.length === limit) break;
      const next = await this.#claimGroup(incarnation, group, limit - all.claimed.length, ends);
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
    room: number,
    ends: PiggybackedEnds,
  ): Promise<ClaimAnswer> {
    const limit = Math.min(max, room);
    const answer = await this.#parts.claimer.claim({ incarnation, tasks, limit }, ends);
    // An executor that is full now frees a place when a run ends, which wakes the loop.
    if (limit < room && answer.claimed.length === limit) return { ...answer, more: false };
    return answer;
  }

  #note({ groups, limit }: ClaimRound, { more, claimed, backlog: isLeft }: ClaimAnswer): void {
    const { backlog } = this.#parts;
    backlog.leftSome = more;
    if (more) return;
    // An executor that had no place for more frees one when a run ends.
    backlog.claimedAll = this.#includeAll(groups) && groups.every(({ max }) => max === Infinity);
    backlog.drained = backlog.claimedAll || (limit > 0 && claimed.length === 0);
    backlog.isEmpty = this.#isWhole(groups) && !isLeft;
  }

  /** True if one claim is for all tasks, however many of their jobs there are. */
  #isWhole(groups: readonly ClaimGroup[]): boolean {
    return groups.length === 1 && groups[0]!.max === Infinity && this.#includeAll(groups);
  }

  /** True if no task is left out because its executor is full. */
  #includeAll(groups: readonly ClaimGroup[]): boolean {
    const claimed = groups.reduce((sum, { tasks }) => sum + tasks.length, 0);
    return groups.length > 0 && claimed === this.#tasks.length;
  }

  get #tasks(): readonly TaskClaim[] {
    return this.#parts.environment.registry.versions();
  }
}
