import type { JobRecord } from "../../model/job_record.ts";
import { cascadeTransition, failsChildren } from "../../model/parents.ts";
import { releasedJob, transitionedJob } from "../../model/transitions.ts";
import type { MemoryState } from "./memory_state.ts";

/** The jobs that end because a parent did not succeed, each with that parent. */
type Doomed = Map<number, number>;

/**
 * Settles the jobs that wait for those that this step has ended, and those that wait for them in turn. Returns whether
 * there were any.
 */
export function settleChildren(state: MemoryState, nowMs: number): boolean {
  const ended = state.takeEnded();
  if (ended.length === 0 || state.parents.isEmpty) return false;
  const doomed: Doomed = new Map();
  for (const parent of ended.map((seq) => state.jobs.get(seq))) {
    if (parent !== undefined && failsChildren(parent)) doomAll(state, doomed, cascades(state, parent.seq));
  }
  const over = [...ended, ...doomed.keys()];
  return settle(state, doomed, over.flatMap((seq) => waitingChildren(state, seq)), nowMs);
}

/** Settles jobs that were just added, by how their parents stand. */
export function settleAdded(state: MemoryState, added: readonly JobRecord[], nowMs: number): void {
  const doomed: Doomed = new Map();
  for (const { seq, onParentFailure } of added) {
    if (onParentFailure !== "cascade") continue;
    const failed = state.parents.of(seq).filter((parent) => failsChildren(state.jobs.get(parent)!));
    doomAll(state, doomed, failed.map((parent) => [seq, parent]));
  }
  settle(state, doomed, added, nowMs);
}

/** True if a job has a parent that is not over; a parent for which `over` is true counts as over. */
export function waitsForParents(
  state: MemoryState,
  seq: number,
  over: (parent: JobRecord) => boolean = ({ state }) => state === "finished",
): boolean {
  // Parents mostly end in the order in which they were given: the last ones decide soonest.
  return state.parents.of(seq).toReversed().some((parentSeq) => {
    const parent = state.jobs.get(parentSeq);
    return parent !== undefined && !over(parent);
  });
}

/** Dooms these children by these parents, and those that wait for them with `cascade`. */
function doomAll(
  state: MemoryState,
  doomed: Doomed,
  seeds: (readonly [child: number, parent: number])[],
): void {
  for (let next = seeds.pop(); next !== undefined; next = seeds.pop()) {
    const [child, parent] = next;
    const known = doomed.get(child);
    if (known === undefined) { for (const seed of cascades(state, child)) seeds.push(seed); }
    doomed.set(child, Math.min(known ?? parent, parent));
  }
}

function cascades(state: MemoryState, parent: number): (readonly [child: number, parent: number])[] {
  return waitingChildren(state, parent)
    .filter(({ onParentFailure }) => onParentFailure === "cascade")
    .map(({ seq }) => [seq, parent]);
}

function waitingChildren(state: MemoryState, parent: number): readonly JobRecord[] {
  return [...state.parents.childrenOf(parent)]
    .map((seq) => state.jobs.get(seq))
    .filter((job) => job?.blockedBy === "parents") as JobRecord[];
}

/**
 * Ends the doomed ones, and lets those candidates continue that have nothing left to wait for. Returns whether there were
 * any.
 */
function settle(
  state: MemoryState,
  doomed: Doomed,
  candidates: readonly JobRecord[],
  nowMs: number,
): boolean {
  const isOver = ({ seq, state }: JobRecord) => state === "finished" || doomed.has(seq);
  const released = candidates.filter(({ seq }) => !doomed.has(seq) && !waitsForParents(state, seq, isOver));
  const ended = [...doomed].map(([seq, parentSeq]) => {
    const job = state.jobs.get(seq)!;
    const parent = state.jobs.get(parentSeq)!;
    const outcome = parent.outcome ?? "cancelled";
    return transitionedJob(job, cascadeTransition({ ...parent, outcome }, state.settingsOf(job)), nowMs);
  });
  for (const job of ended) state.putFinished(job);
  for (const { seq } of released) state.jobs.put(releasedJob(state.jobs.get(seq)!, nowMs));
  return ended.length + released.length > 0;
}
