import { test } from "node:test";
import { type DataStore, memory } from "carillon";
import { storeConformance } from "carillon/testing";

/** A store of your own: here one that counts what it is asked, and leaves the work to another. */
function counting(store: DataStore, calls: Map<string, number>): DataStore {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        calls.set(String(name), (calls.get(String(name)) ?? 0) + 1);
        return member.apply(target, args);
      };
    },
  });
}

storeConformance({
  test: (name, body) => test(`counting store: ${name}`, body),
  makeStore: () => counting(memory(), new Map()),
});
