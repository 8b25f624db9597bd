import type { CarillonEvent } from "../events/event.ts";
import { taskWrite } from "../registry/registered_task.ts";
import type { DataStore } from "../stores/data_store.ts";
import { FreedSlots } from "./running/freed_slots.ts";
import { Callbacks } from "./store/callbacks.ts";
import { Cancellation } from "./running/cancellation.ts";
import { claimGroups } from "./claiming/claim_groups.ts";
import { ClaimsInFlight } from "./claiming/claims_in_flight.ts";
import { RemoteChanges } from "./events/remote_changes.ts";
import type { Environment } from "./environment.ts";
import { fireDelayMs } from "./schedules/fire_delay.ts";
import { StoreGateway } from "./store/gateway/store_gateway.ts";
import type { EventSink } from "./store/gateway/event_publisher.ts";
import { FailureHooks } from "./running/failure_hooks.ts";
import { Housekeeping } from "./leases/housekeeping.ts";
import { JobAdder } from "./claiming/job_adder.ts";
import { earliest, JobLoop } from "./claiming/job_loop.ts";
import { JobRunner } from "./running/job_runner.ts";
import { Membership } from "./leases/membership.ts";
import { Opening } from "./store/opening.ts";
import { longestSleepMs, type Poller } from "./store/poller.ts";
import { Reconciler } from "./leases/reconciler.ts";
import { ResultWaiter } from "./waiting/result_waiter.ts";
import { RunTable } from "./running/run_table.ts";
import { ScheduleLoop } from "./schedules/schedule_loop.ts";
import { SoloRuns } from "./claiming/solo_runs.ts";
import { StoreHealth } from "./store/store_health.ts";
import { Takeover } from "./leases/takeover.ts";
import { TaskCache } from "./store/task_cache.ts";
import { TriggerReader } from "./schedules/trigger_reader.ts";

/** Everything one scheduler does with one of its stores: the loops, the lease, the runs. */
export class StoreUnit {
  readonly alias: string;
  readonly gateway: StoreGateway;
  readonly runs: RunTable;
  readonly results: ResultWaiter;
  readonly triggers: TriggerReader;
  readonly runner: JobRunner;
  readonly adder: JobAdder;
  /** What `runJob` runs on a scheduler that is not started. */
  readonly soloRuns: SoloRuns;
  readonly cancellation: Cancellation;
  /** Acts on what other schedulers do with the store. */
  readonly remoteChanges: RemoteChanges;
  readonly failureHooks: FailureHooks;
  /** Called whenever a loop comes to rest or a run is over. */
  readonly onRest = new Callbacks();
  /** Whether the store answers. */
  readonly health: StoreHealth;
  /** The tasks as stored, remembered. */
  readonly tasks: TaskCache;
  readonly #environment: Environment;
  readonly #jobLoop: JobLoop;
  readonly #scheduleLoop: ScheduleLoop;
  readonly #membership: Membership;
  readonly #takeover: Takeover;
  readonly #reconciler: Reconciler;
  readonly #afterRuns: FreedSlots;
  readonly #pollers: { jobs: Poller; schedules: Poller; housekeeping: Poller };
  readonly #opening = new Opening(() => this.#open());

  constructor(environment: Environment, alias: string, store: DataStore) {
    const { clock, logger } = environment;
    this.alias = alias;
    this.#environment = environment;
    this.results = new ResultWaiter(store, clock);
    this.gateway = new StoreGateway(alias, store, clock, this.#sink(), this.results);
    this.tasks = new TaskCache(store, clock);
    this.failureHooks = new FailureHooks(environment, this.gateway, () => this.onRest.call());
    this.triggers = new TriggerReader(store);
    this.runs = new RunTable((runs, over) => this.#afterRuns.over(runs, over));
    this.health = new StoreHealth(environment, alias);
    this.#takeover = new Takeover(environment, this.gateway, () => this.wake());
    this.runner = new JobRunner({
      environment,
      gateway: this.gateway,
      runs: this.runs,
      storedOverrides: (name) => this.tasks.get(name)?.overrides,
      registered: () => this.#membership.registered,
      callClaim: (ended) => this.#afterRuns.callClaim(ended),
      checkLease: () => this.#membership.checkLease(),
    });
    const claims = new ClaimsInFlight();
    const pollMs = longestSleepMs(store.capabilities.shared, clock);
    const incarnation = () => this.#membership.incarnation;
    const { gateway, runner, runs, results } = this;
    const shared = { environment, logger, gateway, runner, runs, results, claims, incarnation };
    this.#jobLoop = new JobLoop({
      ...shared,
      groups: () => claimGroups(environment, (name) => this.tasks.get(name)?.overrides),
      wake: () => this.#pollers.jobs.wake(),
      pollMs,
    });
    this.adder = new JobAdder({
      ...shared,
      takesJobs: () => this.#jobLoop.claimedAll && this.#pollers.jobs.active && !environment.paused(),
      mayTakeSoon: () => this.#jobLoop.mayTakeAll && this.#pollers.jobs.busy,
      onWaiting: (jobs) => {
        if (!this.#jobLoop.seesTo(jobs.map(({ seq }) => seq))) this.wakeJobs();
      },
    });
    this.onRest.add(() => this.adder.goOn());
    this.#scheduleLoop = this.#makeScheduleLoop(pollMs);
    this.#reconciler = new Reconciler({ ...shared, onHandedBack: () => this.wakeJobs() });
    this.remoteChanges = new RemoteChanges({
      ...shared,
      reconciler: this.#reconciler,
      wake: () => this.wake(),
    });
    this.cancellation = new Cancellation(environment, this.gateway, this.tasks, this.#reconciler);
    this.#membership = this.#makeMembership();
    this.#pollers = this.#makePollers();
    this.#afterRuns = new FreedSlots({
      ...shared,
      unit: this,
      jobLoop: this.#jobLoop,
      scheduleLoop: this.#scheduleLoop,
      pollers: this.#pollers,
    });
    this.soloRuns = new SoloRuns({
      ...shared,
      join: () => this.join(),
      poller: (round) => this.#poller(round),
    });
  }

  get store(): DataStore {
    return this.gateway.store;
  }

  /** The incarnation whose lease holds. */
  get incarnation(): number | undefined {
    return this.#membership.incarnation;
  }

  /** Opens the store, and writes the tasks whose code is here. Once, until closed. */
  open(): Promise<void> {
    return this.#opening.open();
  }

  async #open(): Promise<void> {
    const { clock, role, registry, defaults } = this.#environment;
    await this.store.open({ clock });
    await this.remoteChanges.open();
    if (role === "client") return;
    await this.gateway.tasks.put(registry.tasks().map((task) => taskWrite(task, defaults)));
    await this.tasks.refresh();
  }

  /** Whether the store is open by now. */
  get isOpen(): boolean {
    return this.#opening.isOpen;
  }

  /** Whether it is registered with the store, for its loops or for single runs. */
  get joined(): boolean {
    return this.#membership.joined;
  }

  /** Registers with the store and keeps the lease, without taking work yet. Answers how to leave again. */
  join(): Promise<() => Promise<void>> {
    return this.#membership.join();
  }

  /** Starts taking work, as the role says. */
  startLoops(): void {
    const { role } = this.#environment;
    if (role === "scheduler" || role === "both") this.#pollers.schedules.start();
    if (role === "worker" || role === "both") this.#pollers.jobs.start();
    this.#pollers.housekeeping.start();
  }

  /** Stops taking work; what runs goes on. */
  async stopLoops(): Promise<void> {
    const { jobs, schedules, housekeeping } = this.#pollers;
    await Promise.all([jobs.stop(), schedules.stop(), housekeeping.stop(), this.adder.settled()]);
    // The claim that was to take them along does not come.
    this.runner.ends.flush();
  }

  /** Closes the store if it was opened. */
  close(): Promise<void> {
    this.tasks.forget();
    return this.#opening.close(async () => {
      await this.remoteChanges.close();
      await this.store.close();
    });
  }

  /** A run is over, here or in another store: there is room for what was left waiting, unless its place is taken. */
  onFreed(hasLooked = false): void {
    if (!hasLooked && !this.#jobLoop.claimedAll) this.wakeJobs();
    this.onRest.call();
  }

  /** Looks for work now. */
  wake(): void {
    this.#scheduleLoop.schedulesChanged();
    this.wakeJobs();
    this.#pollers.schedules.wake();
  }

  /** Looks for jobs to run now. */
  wakeJobs(): void {
    this.#jobLoop.noteWork();
    this.#pollers.jobs.wake();
    this.soloRuns.wake();
  }

  /** Whether the loops rest, nothing runs, and the last look found nothing to do. */
  get idle(): boolean {
    const { role, paused } = this.#environment;
    const { jobs, schedules } = this.#pollers;
    // While it is paused, nothing is due for it: who waits for that is not left waiting.
    const jobsIdle = role === "scheduler" || (jobs.resting && (paused() || this.#jobLoop.drained));
    const schedulesIdle = role === "worker" ||
      (schedules.resting && (paused() || this.#scheduleLoop.drained));
    return this.runs.size === 0 && !this.failureHooks.busy && jobsIdle && schedulesIdle;
  }

  /** When the loops have to look again at the latest, as of their last look; null is never. */
  get nextWakeMs(): number | null {
    return earliest(this.#scheduleLoop.nextFireTimeMs, this.#jobLoop.nextRunAtMs);
  }

  #sink(): EventSink {
    const publish = (event: CarillonEvent) => {
      this.remoteChanges.told(event);
      this.results.onEvent(event);
      this.failureHooks.onEvent(event);
      this.#environment.publish(event);
    };
    return { ...this.#environment, publish };
  }

  #makeScheduleLoop(pollMs: number | null): ScheduleLoop {
    const { clock, logger, random } = this.#environment;
    return new ScheduleLoop({
      clock,
      gateway: this.gateway,
      logger,
      triggers: this.triggers,
      delayMs: ({ schedule }, fireMs, nextMs) => fireDelayMs(schedule, fireMs, nextMs, random()),
      onJobs: () => this.wakeJobs(),
      cancelPrevious: (id, except) =>
        this.cancellation.cancelJobsOf(id, except, "a newer run of its schedule replaced it"),
      pollMs,
    });
  }

  #makeMembership(): Membership {
    return new Membership({
      environment: this.#environment,
      store: this.store,
      open: () => this.open(),
      poller: (round) => this.#poller(round),
      onLost: (reason) => this.runner.leaseLost(reason),
      onRegained: () => this.wake(),
      onBeat: async (answer) => {
        await this.#reconciler.afterBeat(answer);
        await this.tasks.refresh();
      },
      onGone: (scheduler) => this.#takeover.takeOver(scheduler),
      onChange: () => this.remoteChanges.changed(),
      leavesRunsBehind: () => this.runs.size > 0,
    });
  }

  #makePollers() {
    const housekeeping = new Housekeeping(this.#environment, this.gateway, this.#takeover);
    const { paused } = this.#environment;
    return {
      jobs: this.#poller(() => this.#jobLoop.round().finally(() => this.adder.goOn())),
      schedules: this.#poller(async () => paused() ? null : await this.#scheduleLoop.round()),
      housekeeping: this.#poller(() => housekeeping.round()),
    };
  }

  #poller(round: () => Promise<number | null>): Poller {
    return this.health.poller(round, () => this.onRest.call());
  }

  /** Cancels jobs; those that run here are told at once. Answers how many there were to cancel. */
  async cancel(ids: readonly string[], reason: string): Promise<number> {
    await this.open();
    const { length } = await this.cancellation.cancel(ids, reason);
    this.wakeJobs();
    return length;
  }
}
