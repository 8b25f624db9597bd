import type { RegisteredTask } from "../registry/registered_task.ts";
import { stringArgument } from "./arguments.ts";
import type { DataStore } from "../stores/data_store.ts";
import { JobAdder } from "./claiming/job_adder.ts";
import { JobClaimer } from "./claiming/job_claimer.ts";
import { JobLoop } from "./claiming/job_loop.ts";
import { Reconciler } from "./claiming/reconciler.ts";
import { SoloRuns } from "./claiming/solo_runs.ts";
import type { Environment } from "./environment.ts";
import { RemoteChanges } from "./events/remote_changes.ts";
import { Housekeeping } from "./leases/housekeeping.ts";
import { Lease } from "./leases/lease.ts";
import { LeaseKeeper } from "./leases/lease_keeper.ts";
import { Membership } from "./leases/membership.ts";
import { Takeover } from "./leases/takeover.ts";
import { Cancellation } from "./running/cancellation.ts";
import { EndWriter } from "./running/end_writer.ts";
import { FailureHooks } from "./running/failure_hooks.ts";
import { FreedSlots } from "./running/freed_slots.ts";
import { JobRunner } from "./running/job_runner.ts";
import { RunTable } from "./running/run_table.ts";
import { ScheduleLoop } from "./schedules/schedule_loop.ts";
import { TriggerReader } from "./schedules/trigger_reader.ts";
import { ZoneRules } from "./schedules/zone_rules.ts";
import { Backlog } from "./store/backlog.ts";
import { EventPublisher } from "./store/gateway/event_publisher.ts";
import { StoreGateway } from "./store/gateway/store_gateway.ts";
import { Opening } from "./store/opening.ts";
import { earliest, RestListeners } from "./store/poller.ts";
import { RunFollowers } from "./store/run_followers.ts";
import { StoreHealth } from "./store/store_health.ts";
import { TaskCache } from "./store/task_cache.ts";
import { type Pollers, Waker } from "./store/waker.ts";
import { ResultWaiter } from "./waiting/result_waiter.ts";

/**
 * Everything one scheduler does with one of its stores: the loops, the lease, the runs. Its constructor is the plan of the
 * engine: each part is made after those that it works on.
 */
export class StoreUnit {
  readonly alias: string;
  readonly gateway: StoreGateway;
  readonly runs: RunTable;
  readonly results: ResultWaiter;
  readonly triggers: TriggerReader;
  readonly zoneRules: ZoneRules;
  readonly runner: JobRunner;
  readonly adder: JobAdder;
  /** The jobs of `runJob` on a scheduler that is not started. */
  readonly soloRuns: SoloRuns;
  readonly cancellation: Cancellation;
  readonly remoteChanges: RemoteChanges;
  readonly failureHooks: FailureHooks;
  /** Notified whenever a loop comes to rest or a run ends. */
  readonly rest: RestListeners;
  readonly health: StoreHealth;
  /** The tasks as stored, remembered. */
  readonly tasks: TaskCache;
  readonly #environment: Environment;
  readonly #backlog: Backlog;
  readonly #waker: Waker;
  readonly #pollers: Pollers;
  readonly #opening: Opening;
  readonly #lease: Lease;
  readonly #membership: Membership;
  readonly #ends: EndWriter;
  readonly #jobLoop: JobLoop;
  readonly #scheduleLoop: ScheduleLoop;
  readonly #housekeeping: Housekeeping;

  constructor(environment: Environment, alias: string, store: DataStore) {
    // The store, its events, and what is known of it.
    const publisher = new EventPublisher(environment, alias);
    const results = new ResultWaiter(store, environment.clock);
    const gateway = new StoreGateway(store, publisher, results, environment.events.storesTell);
    const tasks = new TaskCache(store, environment.clock);
    const triggers = new TriggerReader(store);
    const backlog = new Backlog();
    const followers = new RunFollowers();

    // The loops.
    const health = new StoreHealth(environment, alias);
    const rest = new RestListeners();
    const pollers = {
      jobs: health.poller(rest),
      schedules: health.poller(rest),
      housekeeping: health.poller(rest),
      heartbeats: health.poller(rest),
      soloRuns: health.poller(rest),
    };
    const waker = new Waker(pollers, backlog, followers);

    // The runs, and how they end.
    const runs = new RunTable();
    const lease = new Lease(environment, alias, runs);
    const shared = {
      environment,
      alias,
      store,
      gateway,
      tasks,
      triggers,
      backlog,
      followers,
      pollers,
      waker,
    };
    const freed = new FreedSlots({ ...shared, runs, lease });
    const ends = new EndWriter({ ...shared, runs, lease, freed });
    const runner = new JobRunner({ ...shared, runs, lease, freed, ends });
    const cancellation = new Cancellation(environment, gateway, tasks, runs);
    const failureHooks = new FailureHooks(environment, gateway, rest);

    // Where jobs are claimed.
    const claimer = new JobClaimer(gateway, lease, runner);
    const adder = new JobAdder({ ...shared, lease, claimer });
    const jobLoop = new JobLoop({ ...shared, lease, claimer, adder, ends });
    const reconciler = new Reconciler({ ...shared, lease, runs, claimer });
    const scheduleLoop = new ScheduleLoop({ ...shared, cancellation });

    // The other schedulers, and the registration among them.
    const remoteChanges = new RemoteChanges({ ...shared, runs, results, reconciler });
    const opening = new Opening(environment, gateway, tasks, remoteChanges);
    const takeover = new Takeover(environment, gateway, waker);
    const keeper = new LeaseKeeper({ ...shared, lease, takeover, reconciler });
    const { heartbeats } = pollers;
    const membership = new Membership({
      ...shared,
      opening,
      keeper,
      heartbeats,
      runs,
      changes: remoteChanges,
    });
    const soloRuns = new SoloRuns({ ...shared, lease, membership, claimer, results });

    rest.add(adder);
    for (const listener of [remoteChanges, results, failureHooks]) publisher.addListener(listener);

    this.alias = alias;
    this.gateway = gateway;
    this.runs = runs;
    this.results = results;
    this.triggers = triggers;
    this.zoneRules = new ZoneRules(shared);
    this.runner = runner;
    this.adder = adder;
    this.soloRuns = soloRuns;
    this.cancellation = cancellation;
    this.remoteChanges = remoteChanges;
    this.failureHooks = failureHooks;
    this.rest = rest;
    this.health = health;
    this.tasks = tasks;
    this.#environment = environment;
    this.#backlog = backlog;
    this.#waker = waker;
    this.#pollers = pollers;
    this.#opening = opening;
    this.#lease = lease;
    this.#membership = membership;
    this.#ends = ends;
    this.#jobLoop = jobLoop;
    this.#scheduleLoop = scheduleLoop;
    this.#housekeeping = new Housekeeping(environment, gateway, takeover);
  }

  get store(): DataStore {
    return this.gateway.store;
  }

  /** The incarnation whose lease holds. */
  get incarnation(): number | undefined {
    return this.#lease.incarnation;
  }

  /** Opens the store, and writes the tasks whose code is here. Once, until closed. */
  open(): Promise<void> {
    return this.#opening.open();
  }

  /** Writes tasks that were registered later, and takes their jobs. */
  async addTasks(tasks: readonly RegisteredTask[]): Promise<void> {
    if (!await this.#opening.addTasks(tasks)) return;
    const { registry } = this.#environment;
    const { registered } = this.#lease;
    if (registered !== undefined) {
      const added = registry.versions(tasks.map(({ name }) => name));
      await this.store.updateSchedulerTasks(registered, registry.versions(), added);
    }
    this.wake();
  }

  /** True once the store is open. */
  get isOpen(): boolean {
    return this.#opening.isOpen;
  }

  /** True while it is registered with the store, for its loops or for single runs. */
  get joined(): boolean {
    return this.#membership.joined;
  }

  /** Registers with the store and keeps the lease, without taking work yet. Resolves to a function that leaves again. */
  join(): Promise<() => Promise<void>> {
    return this.#membership.join();
  }

  /** Starts taking work, as the role specifies. */
  startLoops(): void {
    const { role } = this.#environment;
    const { jobs, schedules, housekeeping } = this.#pollers;
    if (role === "scheduler" || role === "both") schedules.start(this.#scheduleLoop);
    if (role === "worker" || role === "both") jobs.start(this.#jobLoop);
    housekeeping.start(this.#housekeeping);
  }

  /** Stops taking work; current runs continue. */
  async stopLoops(): Promise<void> {
    const { jobs, schedules, housekeeping } = this.#pollers;
    await Promise.all([
      jobs.stop(),
      schedules.stop(),
      housekeeping.stop(),
      this.adder.settled(),
      this.soloRuns.stop(),
    ]);
    // The claim that was to take them along does not come.
    this.#ends.flush();
  }

  /** Renews the lease now, which shows whether the store can be reached. */
  beat(): void {
    this.#pollers.heartbeats.wake();
  }

  /** Closes the store if it was opened. */
  close(): Promise<void> {
    return this.#opening.close();
  }

  /**
   * A slot was freed, here or by a run of another store: there is room for jobs that were left waiting, unless it was
   * filled already.
   */
  onFreed(isFilled = false): void {
    if (!isFilled && !this.#backlog.claimedAll) this.wakeJobs();
    this.rest.notify();
  }

  /** Looks for due schedules and for jobs to run now. */
  wake(): void {
    this.#waker.wake();
  }

  /** Looks for jobs to run now. */
  wakeJobs(): void {
    this.#waker.wakeJobs();
  }

  /** True if the loops rest, nothing runs, and the last look found nothing to do. */
  get idle(): boolean {
    const { role, status: { paused } } = this.#environment;
    const { jobs, schedules } = this.#pollers;
    // While it is paused, nothing is due for it.
    const jobsIdle = role === "scheduler" || (jobs.resting && (paused || this.#backlog.drained));
    const schedulesIdle = role === "worker" ||
      (schedules.resting && (paused || this.#scheduleLoop.drained));
    return this.runs.size === 0 && !this.failureHooks.busy && jobsIdle && schedulesIdle;
  }

  /** When the loops have to look again at the latest, as of their last look; null is never. */
  get nextWakeMs(): number | null {
    return earliest(this.#scheduleLoop.nextFireTimeMs, this.#backlog.nextRunAtMs);
  }

  /** Cancels jobs; those that run here are aborted at once. Resolves to the number of jobs that there were to cancel. */
  async cancel(ids: readonly string[], reason: string): Promise<number> {
    stringArgument(reason, "reason", "cancel()");
    await this.open();
    const { length } = await this.cancellation.cancel(ids, reason);
    this.wakeJobs();
    return length;
  }
}
