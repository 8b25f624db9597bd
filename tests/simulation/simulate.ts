import type { Scheduler } from "../../src/scheduler/scheduler.ts";
import { taskRef } from "../../src/registry/task.ts";
import { askClient } from "./ask_client.ts";
import { awaitDigests } from "./awaited_digests.ts";
import { Cluster, LEASE_MS } from "./cluster.ts";
import type { Incident, Plan } from "./plan.ts";
import { checkBooks } from "./check_books.ts";
import type { Side } from "./side.ts";
import type { SimulatedStore } from "./simulated_store.ts";
import { START_MS } from "./world.ts";

/** The result of a simulation. */
export interface Outcome {
  /** The broken guarantee; undefined if all were kept. */
  readonly violation: string | undefined;
  readonly steps: number;
  readonly calls: number;
  readonly fires: number;
  readonly runs: number;
  /** The trace, if it was requested. */
  readonly trace: readonly string[];
}

/** Longest time of a pending call that is not sent again. */
const UNDER_WAY_MS = 5000;
/** Time limit of a healthy cluster for the work that faults left behind. */
const HEAL_MS = 240_000;
/** Number of jobs added to an idle cluster, and the time limit of each. */
const PROBES = 30;
const PROBE_MS = 5000;
/** Time for which an idle cluster is watched. */
const IDLE_MS = 60_000;
/** Calls of an idle scheduler: beats with what they read, cleaning, and looking whether anything changed. */
const IDLE_CALLS_PER_LEASE = 9;

/** Simulates a plan on new stores and returns what went wrong. */
export async function simulate(
  plan: Plan,
  stores: readonly SimulatedStore[],
  tracing = false,
): Promise<Outcome> {
  const cluster = new Cluster(plan, stores);
  const { world, oracle } = cluster;
  for (const side of cluster.sides) side.oracle.tracing = tracing;
  const letDigestsGo = awaitDigests(world);
  await cluster.open();
  const failed = () => oracle.violations.first !== undefined;
  try {
    const clients = { 1: cluster.client(), 2: undefined as Scheduler | undefined };
    const client = () => clients[cluster.codeVersion as 1 | 2] ??= cluster.client();
    for (let place = 0; place < plan.machines; place++) world.after(place * 50, () => cluster.start(place));
    for (const incident of plan.incidents) {
      world.after(incident.atMs, () => happen(cluster, client, incident));
    }
    await world.run(START_MS + plan.faultsMs, failed);
    await heal(cluster, plan, failed);
    for (const { oracle, store } of cluster.sides) if (!failed()) await checkBooks(oracle, store);
  } finally {
    letDigestsGo();
    for (const { store, dispose } of cluster.sides) {
      await store.close();
      await dispose?.();
    }
  }
  const { violations: { first }, schedules, trace } = oracle;
  const { network: { calls }, floor } = cluster;
  return { violation: first, steps: world.steps, calls, fires: schedules.fires, runs: floor.starts, trace };
}

/** Everything works again; nothing new is asked. Whatever is left must come to an end, and then nothing happens. */
async function heal(cluster: Cluster, plan: Plan, failed: () => boolean): Promise<void> {
  const { world, oracle, sides } = cluster;
  if (failed()) return;
  oracle.note("everything works again");
  for (const { network } of sides) network.weather.clear();
  for (let place = 0; place < plan.machines; place++) cluster.upgrade(place);
  // Also what is still on its way from bad times arrives, and what the code declares is stored.
  const lateMs = Math.max(world.nowMs + plan.lateMs, cluster.stalledUntilMs);
  await world.run(lateMs + UNDER_WAY_MS, failed);
  const keeper = cluster.client();
  let quiet = false;
  cluster.ask("healing", () => settleDown(keeper), () => quiet = true);
  const unfinished = () =>
    sides.flatMap(({ oracle }) => [...oracle.jobs.jobs.values()])
      .filter(({ state }) => state !== "finished" && state !== "removed");
  const limitMs = world.nowMs + HEAL_MS;
  await world.run(limitMs, () => failed() || (quiet && unfinished().length === 0));
  const left = () =>
    unfinished().slice(0, 5).map(({ id, taskName, state }) => `${id} of ${taskName} is ${state}`);
  oracle.violations.unless(
    quiet && unfinished().length === 0,
    () => `nothing gets done any more: ${left().join(", ")}`,
  );
  if (failed()) return;
  if (plan.machines === 1) await probe(cluster, keeper, failed);
  await world.run(world.nowMs + 2 * LEASE_MS, failed);
  const callsSoFar = () => sides.reduce((sum, { network }) => sum + network.calls, 0);
  const before = callsSoFar();
  await world.run(world.nowMs + IDLE_MS, failed);
  const most = sides.length * plan.machines * IDLE_CALLS_PER_LEASE * (IDLE_MS / LEASE_MS);
  const calls = callsSoFar() - before;
  oracle.violations.unless(calls <= most, () => `${calls} calls in an idle minute, expected at most ${most}`);
  let stopped = 0;
  for (let place = 0; place < plan.machines; place++) {
    cluster.ask("stopping", () => cluster.stop(place), () => stopped++);
  }
  await world.run(world.nowMs + 20_000, () => stopped === plan.machines);
  oracle.violations.unless(
    stopped === plan.machines,
    () => `${plan.machines - stopped} schedulers do not stop`,
  );
}

/**
 * On a store that is told of every change nobody polls: a wake-up that gets lost leaves a job behind. Answers are slow,
 * so that the job comes while the round is under way that another change has set off.
 */
async function probe(cluster: Cluster, keeper: Scheduler, failed: () => boolean): Promise<void> {
  const { world, oracle, network } = cluster;
  const slow = { delayMs: PROBES * 2, loseRequest: 0, loseAnswer: 0, repeat: 0, refuse: 0, machine: "m0" };
  network.weather.add(slow);
  network.hintMs = 2;
  for (let i = 0; i < PROBES && !failed(); i++) {
    let done = false;
    cluster.ask("waking", () => keeper.configureTask("quick", { maxRunningJobs: 5 }));
    // Later each time, so that the job comes at every moment of the round.
    await world.run(world.nowMs + 2 * i, failed);
    cluster.ask(
      "probing",
      () => keeper.runJob(taskRef("quick"), undefined, { id: `probe${i}` }),
      () => done = true,
    );
    await world.run(world.nowMs + PROBE_MS, () => done || failed());
    oracle.violations.unless(
      done,
      () => `a job that was added to an idle scheduler did not run within ${PROBE_MS} ms`,
    );
  }
  network.weather.delete(slow);
}

async function settleDown(keeper: Scheduler): Promise<void> {
  for (const { id } of await Array.fromAsync(keeper.allSchedules())) await keeper.pauseSchedule(id);
  for (const { name } of await keeper.getTasks()) await keeper.resumeTask(name);
  await keeper.cancelJobs({ taskName: "endless" });
}

/** Which stores something strikes where there are several: one of them, or all. */
function struck({ sides }: Cluster, atMs: number): readonly Side[] {
  const which = Math.floor(atMs) % 3;
  return sides.length === 1 || which === 2 ? sides : [sides[which]!];
}

function happen(cluster: Cluster, client: () => Scheduler, incident: Incident): void {
  const { world, oracle } = cluster;
  oracle.note(`* ${JSON.stringify(incident)}`);
  switch (incident.kind) {
    case "crash":
      cluster.kill(incident.machine);
      return void world.after(incident.downMs, () => cluster.start(incident.machine));
    case "stop":
      return cluster.ask("stopping", () => cluster.stop(incident.machine), () => {
        world.after(incident.downMs, () => cluster.start(incident.machine));
      });
    case "stall":
      return cluster.machine(incident.machine)?.stall(incident.forMs);
    case "clock": {
      const machine = cluster.machine(incident.machine);
      if (machine) machine.skewMs += incident.byMs;
      return;
    }
    case "storeClock":
      for (const { network } of struck(cluster, incident.atMs)) network.storeSkewMs += incident.byMs;
      return;
    case "weather":
      for (const { network } of struck(cluster, incident.atMs)) {
        network.weather.add(incident.weather);
        world.after(incident.forMs, () => network.weather.delete(incident.weather));
      }
      return;
    case "upgradeSchema":
      for (const { upgrade } of cluster.sides) {
        if (upgrade) cluster.ask(incident.kind, () => world.during(upgrade()));
      }
      return;
    default:
      askClient(cluster, client(), incident);
  }
}
