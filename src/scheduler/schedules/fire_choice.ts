import type { DroppedFires } from "../store/gateway/schedule_gateway.ts";
import type { SchedulePolicies } from "../../model/schedule_record.ts";
import type { Trigger, TriggerContext } from "../../triggers/trigger.ts";
import { type OwedFires, owedFires } from "./owed_fires.ts";

/** The facts that the choice depends on. */
export interface FireChoiceInput {
  readonly owed: OwedFires;
  readonly trigger: Trigger;
  readonly context: TriggerContext;
  readonly nowMs: number;
  /** Up to when fires are owed: now, or when the trigger was replaced. */
  readonly endMs: number;
  /** Fire times that have a job already. */
  readonly taken: ReadonlySet<number>;
  readonly graceMs: number | null;
  readonly policies: Pick<SchedulePolicies, "coalesce" | "overlap">;
  readonly unfinishedJobs: number;
  readonly runsLeft: number;
}

/** The fires owed that become jobs, and the others. */
export interface FireChoice {
  readonly fires: readonly number[];
  readonly dropped: readonly DroppedFires[];
  /** The last fire this step accounts for. */
  readonly lastMs: number;
  /** The first fire that is left for later; undefined when there is none. */
  readonly nextMs: number | undefined;
  /** The choice holds only for this number of unfinished jobs. */
  readonly dependsOnUnfinished: boolean;
}

/** Applies misfire grace, then coalescing, then overlap, in that order. */
export function chooseFires(input: FireChoiceInput): FireChoice {
  const dropped: DroppedFires[] = [];
  const inTime = withinGrace(input, dropped);
  if (inTime === undefined) {
    return {
      fires: [],
      dropped,
      lastMs: input.owed.last,
      nextMs: input.owed.nextMs,
      dependsOnUnfinished: false,
    };
  }
  const step = coalesce(inTime, input.policies.coalesce, dropped);
  const candidates = step.fires.slice(0, input.runsLeft);
  const allowed = overlapAllows(input.policies.overlap, input.unfinishedJobs);
  const fires = pick(candidates, allowed, input.policies.overlap, dropped);
  return {
    fires,
    dropped: merged(dropped),
    // What comes after the last run that is allowed is not owed, so it is not accounted for either.
    lastMs: candidates.length < step.fires.length ? candidates.at(-1) ?? step.lastMs : step.lastMs,
    nextMs: step.nextMs,
    dependsOnUnfinished: Number.isFinite(allowed) && input.policies.overlap !== "cancelPrevious",
  };
}

/** The fires that are not too late; undefined when all are. */
function withinGrace(input: FireChoiceInput, dropped: DroppedFires[]): OwedFires | undefined {
  const { owed, graceMs, nowMs, endMs } = input;
  const firstMs = owed.first[0]!;
  if (graceMs === null || firstMs >= nowMs - graceMs) return owed;
  const inTimeMs = input.trigger.nextAfterMs(nowMs - graceMs - 1, input.context);
  if (inTimeMs === undefined || inTimeMs > endMs) {
    dropped.push({ reason: "missed", count: owed.count, firstMs });
    return undefined;
  }
  const rest = owedFires(input.trigger, input.context, inTimeMs, endMs, owed.first.length, input.taken);
  dropped.push({ reason: "missed", count: Math.max(1, owed.count - rest.count), firstMs });
  return rest.count === 0 ? undefined : rest;
}

interface Step {
  readonly fires: readonly number[];
  readonly lastMs: number;
  readonly nextMs: number | undefined;
}

function coalesce(owed: OwedFires, policy: SchedulePolicies["coalesce"], dropped: DroppedFires[]): Step {
  if (policy === "all") {
    return { fires: owed.first, lastMs: owed.first.at(-1)!, nextMs: owed.afterFirst };
  }
  const chosen = policy === "latest" ? owed.last : owed.first[0]!;
  if (owed.count > 1) {
    const firstMs = policy === "latest" ? owed.first[0]! : owed.first[1] ?? owed.last;
    dropped.push({ reason: "coalesced", count: owed.count - 1, firstMs });
  }
  return { fires: [chosen], lastMs: owed.last, nextMs: owed.nextMs };
}

/** Number of fires that may become jobs beside the unfinished ones. */
function overlapAllows(overlap: SchedulePolicies["overlap"], unfinishedJobs: number): number {
  switch (overlap) {
    case "queueOne":
      return Math.max(0, 2 - unfinishedJobs);
    case "skip":
      return unfinishedJobs > 0 ? 0 : 1;
    case "cancelPrevious":
      return 1;
    case "queue":
    case "allow":
      return Infinity;
    default:
      return overlap satisfies never;
  }
}

function pick(
  candidates: readonly number[],
  allowed: number,
  overlap: SchedulePolicies["overlap"],
  dropped: DroppedFires[],
): readonly number[] {
  if (candidates.length <= allowed) return candidates;
  // The job that cancels the others is the newest; everywhere else the oldest fires come first.
  const fires = overlap === "cancelPrevious" ? candidates.slice(-1) : candidates.slice(0, allowed);
  const left = overlap === "cancelPrevious" ? candidates.slice(0, -1) : candidates.slice(allowed);
  const reason = overlap === "skip" ? "skipped" : "coalesced";
  dropped.push({ reason, count: left.length, firstMs: left[0]! });
  return fires;
}

/** One entry for each reason. */
function merged(dropped: readonly DroppedFires[]): readonly DroppedFires[] {
  if (dropped.length < 2) return dropped;
  const byReason = new Map<string, DroppedFires>();
  for (const entry of dropped) {
    const known = byReason.get(entry.reason);
    byReason.set(entry.reason, known ? { ...known, count: known.count + entry.count } : entry);
  }
  return [...byReason.values()];
}
