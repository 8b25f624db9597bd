import { CarillonError } from "../../src/errors.ts";
import type { DataStore } from "../../src/stores/data_store.ts";
import { interceptStore, type StoreCall, type StoreOperation } from "../../src/testing/intercept_store.ts";
import type { Machine } from "./machine.ts";
import type { Oracle } from "./oracle.ts";
import type { Plan } from "./plan.ts";
import type { Random } from "../random.ts";
import type { SimulatedStore } from "./simulated_store.ts";
import type { Weather } from "./weather.ts";
import type { World } from "./world.ts";

const reads: ReadonlySet<StoreOperation> = new Set<StoreOperation>([
  "getTasks",
  "getSchedules",
  "dueSchedules",
  "getFireTimes",
  "getJobs",
  "countJobs",
  "getSchedulers",
  "getOrphanedIncarnations",
  "nowMs",
  "getCalendars",
  "getFact",
  "heartbeat",
  "claimJobs",
  "putProgress",
  "prune",
  "pruneChanges",
  "getRateUse",
  "getParents",
  "readChanges",
]);
/** Only calls of the protocol are sent again; a change that a client requests twice would be another change. */
const repeatable: ReadonlySet<StoreOperation> = new Set<StoreOperation>([
  "claimJobs",
  "endJobs",
  "heartbeat",
  "advanceSchedules",
  "writeSchedules",
  "addJobs",
  "takeOver",
  "registerScheduler",
  "putProgress",
  "putTasks",
]);

interface Watching {
  readonly machine: Machine;
  readonly listener: () => void;
  readonly shared: boolean;
}

type CallLimits = Pick<Plan, "callLimitMs" | "lateMs">;

/** The one store of a simulation and the bad lines to it. */
export class Network {
  readonly weather = new Set<Weather>();
  readonly #world: World;
  readonly #store: DataStore;
  readonly #openAgain: () => Promise<void>;
  readonly #oracle: Oracle;
  readonly #random: Random;
  readonly #listeners = new Set<Watching>();
  readonly #limits: CallLimits;
  /** Longest delay of a hint that something changed. */
  hintMs = 50;
  /** Error of the store's clock. */
  storeSkewMs = 0;
  /** Number of calls that have reached the store. */
  calls = 0;

  constructor(
    world: World,
    { store, openAgain }: SimulatedStore,
    oracle: Oracle,
    random: Random,
    limits: CallLimits,
  ) {
    this.#world = world;
    this.#store = store;
    this.#openAgain = openAgain ?? (() => Promise.resolve());
    this.#oracle = oracle;
    this.#random = random;
    this.#limits = limits;
  }

  /** The store as a machine sees it: one that others may change unseen, or one whose every change is told. */
  storeOf(machine: Machine, shared: boolean): DataStore {
    const far = interceptStore(this.#store, (call, proceed) => this.#call(machine, call, proceed));
    const own: Partial<DataStore> = {
      capabilities: { durable: true, shared },
      open: () => this.#world.during(this.#openAgain()),
      close: () => Promise.resolve(),
      watch: (listener) => this.#watch({ machine, listener, shared }),
    };
    return new Proxy(far, {
      get: (target, key) => Reflect.get(key in own ? own : target, key),
    });
  }

  #watch(entry: Watching): () => void {
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  #call(machine: Machine, call: StoreCall, proceed: () => Promise<unknown>): Promise<unknown> {
    const random = this.#random;
    const weather = [...this.weather].filter((one) =>
      one.machine === undefined || one.machine === machine.name
    );
    const happens = (pick: (one: Weather) => number) => weather.some((one) => random.chance(pick(one)));
    const delayMs = () =>
      random.between(0.1, 3) + weather.reduce((sum, one) => sum + random.between(0, one.delayMs), 0);
    return new Promise((resolve, reject) => {
      const limit = machine.deliver(
        this.#limits.callLimitMs,
        () => reject(unavailable(call, "no answer came in time")),
      );
      const answer = (tell: () => void) => {
        if (happens((one) => one.loseAnswer)) return;
        machine.deliver(delayMs(), () => {
          limit.cancel();
          tell();
        });
      };
      if (happens((one) => one.loseRequest)) return;
      const refused = happens((one) => one.refuse);
      const repeated = repeatable.has(call.name) && happens((one) => one.repeat);
      this.#world.after(delayMs(), () => {
        if (refused) return answer(() => reject(unavailable(call, "the store refused it")));
        this.#execute(machine, call, proceed).then(
          (value) => answer(() => resolve(value)),
          (error) => answer(() => reject(error)),
        );
      });
      if (!repeated) return;
      const againMs = random.between(0, this.#limits.lateMs);
      this.#world.after(againMs, () => void this.#execute(machine, call, proceed).catch(() => {}));
    });
  }

  async #execute(machine: Machine, call: StoreCall, proceed: () => Promise<unknown>): Promise<unknown> {
    this.calls++;
    this.#world.callsUnderWay++;
    try {
      const answer = await proceed();
      this.#oracle.saw(call, answer, machine.name, Math.floor(this.#world.nowMs + this.storeSkewMs));
      if (!reads.has(call.name)) this.#tellOthers(machine);
      return answer;
    } finally {
      this.#world.callsUnderWay--;
    }
  }

  /** A hint that something changed; hints may get lost. */
  #tellOthers(changer: Machine): void {
    for (const entry of this.#listeners) {
      if (!entry.machine.alive) this.#listeners.delete(entry);
      else if (entry.machine !== changer && (!entry.shared || this.#random.chance(0.8))) {
        entry.machine.deliver(this.#random.between(1, this.hintMs), entry.listener);
      }
    }
  }
}

function unavailable(call: StoreCall, why: string): CarillonError {
  return new CarillonError("storeUnavailable", `${call.name} failed: ${why}`, { retryable: true });
}
