import { isCarillonError, messageOf } from "../../src/errors.ts";
import { eventLoop } from "../../src/executors/event_loop.ts";
import type { Logger } from "../../src/model/logger.ts";
import { SchedulerCore } from "../../src/scheduler/scheduler_core.ts";
import type { DataStore } from "../../src/stores/data_store.ts";
import { type FeatureName, prepareFeatures } from "./features/features.ts";
import { Floor } from "./floor.ts";
import { Machine } from "./machine.ts";
import { Network } from "./network.ts";
import type { Plan } from "./plan.ts";
import { Oracle } from "./oracle.ts";
import { Random } from "./random.ts";
import { CALENDAR, holidays, makeTasks, TAG } from "./workload.ts";
import { START_MS, World } from "./world.ts";

/** The lease of the simulated schedulers: short, so that much happens in a minute. */
export const LEASE_MS = 3000;
/** How soon a scheduler that could not start is started again. */
const RESTART_MS = 400;

interface Place {
  machine: Machine | undefined;
  scheduler: SchedulerCore | undefined;
  /** Version of the code that runs there. */
  version: number;
}

/** Machines that run real schedulers, on one store. */
export class Cluster {
  readonly world = new World();
  readonly oracle: Oracle;
  readonly network: Network;
  readonly floor: Floor;
  readonly #places: Place[];
  readonly #random: Random;
  readonly #store: DataStore;
  readonly #deployAtMs: number;
  readonly #features: readonly FeatureName[];

  constructor(plan: Plan, store: DataStore) {
    const { seed, machines, deployAtMs, features } = plan;
    this.#features = features;
    this.#random = new Random(seed ^ 0x51ed);
    this.#store = store;
    this.#deployAtMs = START_MS + deployAtMs;
    this.oracle = new Oracle(this.world, LEASE_MS);
    this.network = new Network(this.world, store, this.oracle, this.#random.fork(), plan);
    this.floor = new Floor(this.oracle);
    this.oracle.onHandBack = (jobId) => this.floor.handedBack(jobId);
    this.#places = Array.from(
      { length: machines },
      () => ({ machine: undefined, scheduler: undefined, version: 0 }),
    );
  }

  /** Version of the code that machines and clients have which start now. */
  get codeVersion(): number {
    return this.world.nowMs < this.#deployAtMs ? 1 : 2;
  }

  /** Opens the store, on a clock of its own. */
  async open(): Promise<void> {
    const nowMs = () => Math.floor(this.world.nowMs + this.network.storeSkewMs);
    const setTimer = (callback: () => void, delayMs: number) => ({
      cancel: this.world.after(delayMs, callback),
    });
    await this.#store.open({ clock: { nowMs, monotonicMs: () => this.world.nowMs, setTimer } });
    await this.#store.putCalendar(CALENDAR, holidays(false) as never);
    await prepareFeatures(this.#store, this.#features);
    this.oracle.schedules.calendars.read(await this.#store.getCalendars());
  }

  /** Starts the scheduler of a place, again and again until it is up; one that is up is left alone. */
  start(place: number): void {
    const at = this.#places[place]!;
    if (at.machine) return;
    const machine = this.#machine(`m${place}`);
    const role = this.#places.length > 2 && place > 0
      ? this.#random.pick(["both", "both", "worker", "scheduler"] as const)
      : "both";
    const random = this.#random.fork();
    const version = this.codeVersion;
    const scheduler = new SchedulerCore({
      ...this.#common(machine),
      role,
      maxConcurrentJobs: this.#random.pick([3, 10, 100]),
      tasks: makeTasks(machine, this.floor, random, version, this.#features),
      // One machine at least can do everything.
      tags: place === 0 || random.chance(0.5) ? [TAG] : [],
    });
    Object.assign(at, { machine, scheduler, version });
    this.oracle.note(`${machine.name} starts as ${role} with version ${version}`);
    scheduler.startInBackground().catch((error) => {
      this.#expected(error, "starting");
      this.kill(place);
      this.world.after(RESTART_MS, () => this.start(place));
    });
  }

  /** Stops the machine of a place where it stands. */
  kill(place: number): void {
    const at = this.#places[place]!;
    this.oracle.note(`${at.machine?.name} is gone`);
    at.machine?.kill();
    Object.assign(at, { machine: undefined, scheduler: undefined });
  }

  /** Asks the scheduler of a place to stop in good order; resolves when it has. */
  async stop(place: number): Promise<void> {
    const at = this.#places[place]!;
    const { machine, scheduler } = at;
    if (!scheduler) return;
    this.oracle.note(`${machine?.name} is to stop`);
    await scheduler.stop({ timeout: { seconds: 2 } });
    if (at.machine === machine) this.kill(place);
  }

  /** Brings a place to the newest code. */
  upgrade(place: number): void {
    if (this.#places[place]!.version === this.codeVersion) return this.start(place);
    this.ask("upgrading", () => this.stop(place), () => this.start(place));
  }

  /** The machine of a place, while it is up. */
  machine(place: number): Machine | undefined {
    return this.#places[place]?.machine;
  }

  /** Until when a machine is frozen, at the latest. */
  get stalledUntilMs(): number {
    return Math.max(...this.#places.map(({ machine }) => machine?.stalledUntilMs ?? -Infinity));
  }

  /** A scheduler that only asks, on a machine of its own that stays up. */
  client(): SchedulerCore {
    const machine = this.#machine("client");
    const tasks = makeTasks(machine, this.floor, this.#random.fork(), this.codeVersion, this.#features);
    return new SchedulerCore({ ...this.#common(machine), role: "client", tasks });
  }

  /** Notes what a call threw, unless it is one of the errors that callers are told to expect. */
  #expected(error: unknown, doing: string): void {
    const known = isCarillonError(error) && error.code !== "internal";
    this.oracle.violations.unless(
      known,
      () => `${doing} threw ${error instanceof Error ? error.stack : messageOf(error)}`,
    );
    this.oracle.note(`${doing}: ${messageOf(error)}`);
  }

  /** Lets a client ask for something, and looks at what it is told. */
  ask(doing: string, call: () => Promise<unknown>, onDone: () => void = () => {}): void {
    call().then(onDone, (error) => this.#expected(error, doing));
  }

  #machine(name: string): Machine {
    return new Machine(
      this.world,
      name,
      this.#random.between(-10_000, 10_000),
      this.#random.between(0.99, 1.01),
    );
  }

  #common(machine: Machine) {
    const random = this.#random.fork();
    return {
      name: machine.name,
      clock: machine.clock,
      random: () => random.next(),
      store: this.network.storeOf(machine, this.#places.length > 1),
      executors: { eventLoop: eventLoop() },
      lease: { milliseconds: LEASE_MS },
      abortGrace: { seconds: 1 },
      logger: this.#logger(machine),
    };
  }

  #logger({ name }: Machine): Logger {
    const line = (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
      if (this.oracle.tracing) {
        this.oracle.note(`${name} "${message}" ${JSON.stringify(fields).slice(0, 200)}`);
      }
    };
    return { debug: () => {}, info: line, warn: line, error: line };
  }
}
