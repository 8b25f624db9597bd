import { z } from "zod";
import { memory } from "../../src/stores/memory.ts";
import type { CarillonEvent, EventType } from "../../src/events/event.ts";
import type { DataStore } from "../../src/stores/data_store.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import type { SchedulerOptions } from "../../src/scheduler/scheduler_options.ts";
import { task } from "../../src/registry/task.ts";
import { type ErrorCode, isCarillonError } from "../../src/errors.ts";
import { chance } from "../../src/testing/kit/chance.ts";
import { VirtualClock } from "../../src/time/virtual_clock.ts";

/** Where the virtual clock of these tests starts. */
export const START_MS = Date.UTC(2026, 0, 1);

/** A scheduler on a virtual clock that writes down what it tells. */
export function setUp(options: SchedulerOptions = {}) {
  const clock = options.clock instanceof VirtualClock ? options.clock : new VirtualClock("2026-01-01T00:00Z");
  const scheduler = new Scheduler({ logger: false, random: chance(1), ...options, clock });
  const events: CarillonEvent[] = [];
  scheduler.subscribe((event) => events.push(event));
  const types = (...wanted: EventType[]) =>
    events.map((event) => event.type).filter((type) => wanted.length === 0 || wanted.includes(type));
  return { clock, scheduler, events, types };
}

/** Several schedulers on one memory store and one clock. */
export function setUpTwo(first: SchedulerOptions = {}, second: SchedulerOptions = {}) {
  const store = memory();
  const one = setUp({ store, name: "one", ...first });
  const two = setUp({ store, name: "two", clock: one.clock, ...second });
  return { store, clock: one.clock, one, two };
}

/** A promise that is settled from outside, for tasks that wait for the test. */
export function gate<Value = void>() {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  return { opened: promise, open: resolve, fail: reject };
}

/** For `assert.rejects`: an error of this code whose message has this in it. */
export function refusal(code: ErrorCode, message: RegExp = /./): (error: unknown) => boolean {
  return (error) => isCarillonError(error, code) && message.test(error.message);
}

/** Resolves when the clock had its turns, without moving it. */
export function settle(clock: VirtualClock): Promise<void> {
  return clock.advance({ milliseconds: 0 });
}

/** Replaces a method of the store; returns undefined to let the store do its work. */
export type Fault = (method: string, args: readonly unknown[]) => Promise<unknown> | undefined;

/** A real store whose calls can fail, get lost or be counted. */
export function faulty(store: DataStore) {
  const calls: string[] = [];
  const control: { fault: Fault | undefined; lose: string | undefined } = {
    fault: undefined,
    lose: undefined,
  };
  const proxy = new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function" || typeof key !== "string") return value;
      return (...args: unknown[]) => {
        if (key !== "watch") calls.push(key);
        const instead = control.fault?.(key, args);
        if (instead) return instead;
        const answer: unknown = value.apply(target, args);
        if (control.lose !== key) return answer;
        control.lose = undefined;
        return Promise.resolve(answer).then(() => Promise.reject(new Error("the answer was lost")));
      };
    },
  });
  return { store: proxy, control, calls };
}

/** A batch task that writes down its calls and doubles its inputs. */
export function doubling(size: number, withinMs = 0) {
  const calls: (readonly number[])[] = [];
  const double = task({
    name: "double",
    batch: { size, within: { milliseconds: withinMs } },
    input: z.number(),
    run(inputs) {
      calls.push(inputs);
      return inputs.map((n) => n * 2);
    },
  });
  return { calls, double };
}
