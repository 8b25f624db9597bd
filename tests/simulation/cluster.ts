import { isCarillonError, messageOf } from "../../src/errors.ts";
import { eventLoop } from "../../src/executors/event_loop.ts";
import type { Logger } from "../../src/model/logger.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import { type FeatureName, prepareFeatures } from "./features/features.ts";
import { Floor } from "./floor.ts";
import { Machine } from "./machine.ts";
import { ELSEWHERE, SECOND } from "./features/stores.ts";
import { Network } from "./network.ts";
import type { Plan } from "./plan.ts";
import { Oracle } from "./oracle.ts";
import { Random } from "../random.ts";
import type { Side } from "./side.ts";
import type { SimulatedStore } from "./simulated_store.ts";
import { CALENDAR, holidays, makeTasks, TAG } from "./workload.ts";
import { START_MS, World } from "./world.ts";

/** The lease of the simulated schedulers: short, so that much happens in a minute. */
export const LEASE_MS = 3000;
/** Delay before a scheduler that could not start is started again. */
const RESTART_MS = 400;

interface Place {
  machine: Machine | undefined;
  scheduler: Scheduler | undefined;
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
  /** The data stores: one, or in some lives two. */
  readonly sides: readonly Side[];
  readonly #deployAtMs: number;
  readonly #features: readonly FeatureName[];

  constructor(plan: Plan, stores: readonly SimulatedStore[]) {
    const { seed, machines, deployAtMs, features } = plan;
    this.#features = features;
    this.#random = new Random(seed ^ 0x51ed);
    this.#deployAtMs = START_MS + deployAtMs;
    const main = this.#side("main", stores[0]!, plan);
    this.oracle = main.oracle;
    this.network = main.network;
    const second = stores[1] && this.#side(SECOND, stores[1], plan, main.oracle);
    this.sides = second ? [main, second] : [main];
    this.floor = new Floor((taskName) => (taskName === ELSEWHERE && second || main).oracle);
    for (const { oracle } of this.sides) oracle.onHandBack = (jobId) => this.floor.handedBack(jobId);
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
    for (const side of this.sides) await this.#open(side);
  }

  #side(alias: string, store: SimulatedStore, plan: Plan, beside?: Oracle): Side {
    const oracle = new Oracle(this.world, LEASE_MS, beside);
    return {
      alias,
      store: store.store,
      upgrade: store.upgrade,
      dispose: store.dispose,
      oracle,
      network: new Network(this.world, store, oracle, this.#random.fork(), plan),
    };
  }

  async #open({ store, network, oracle }: Side): Promise<void> {
    const nowMs = () => Math.floor(this.world.nowMs + network.storeSkewMs);
    const setTimer = (callback: () => void, delayMs: number) => ({
      cancel: this.world.after(delayMs, callback),
    });
    await store.open({ clock: { nowMs, monotonicMs: () => this.world.nowMs, setTimer } });
    await store.putCalendar(CALENDAR, holidays(false) as never);
    await prepareFeatures(store, this.#features);
    oracle.schedules.calendars.read(await store.getCalendars());
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
    const common = this.#common(machine);
    const maxConcurrentJobs = this.#random.pick([3, 10, 100]);
    machine.maxConcurrentJobs = maxConcurrentJobs;
    const scheduler = new Scheduler({
      ...common,
      role,
      maxConcurrentJobs,
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
  client(): Scheduler {
    const machine = this.#machine("client");
    const tasks = makeTasks(machine, this.floor, this.#random.fork(), this.codeVersion, this.#features);
    return new Scheduler({ ...this.#common(machine), role: "client", tasks });
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
      stores: Object.fromEntries(
        this.sides.map(({ alias, network }) => [alias, network.storeOf(machine, this.#places.length > 1)]),
      ),
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
