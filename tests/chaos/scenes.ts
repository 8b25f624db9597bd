import { join } from "node:path";
import type { LibsqlStore } from "../../src/stores/libsql.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { loadNativeBinding } from "../../src/stores/libsql/native/native_binding.ts";
import { sleep } from "../../src/time/clock.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import type { Random } from "../random.ts";
import { LibsqlServer } from "../stores/server.ts";
import { CHAOS_LEASE_MS } from "./workload.ts";
import { type Manner, UnrulyProxy } from "./unruly_proxy.ts";

/** Where a chaos run takes place: a database, and what can go wrong with it. */
export interface Scene {
  /** The URL that the processes open. */
  readonly url: string;
  /** A store for the checks at the end, without any faults in between. */
  store(): LibsqlStore;
  /** Faults of the database, by name. Each has ended when its promise resolves. */
  readonly faults: Readonly<Record<string, () => Promise<void>>>;
  end(): Promise<void>;
}

/** A file. Another process can lock it for too long. */
export function fileScene(folder: string, random: Random): Promise<Scene> {
  const url = `file:${join(folder, "chaos.db")}`;
  return Promise.resolve({
    url,
    store: () => libsql(url),
    faults: { locks: () => lockFile(url, random) },
    end: () => Promise.resolve(),
  });
}

/** A server. It can be killed and frozen, and what is between it and the processes can fail. */
export async function serverScene(random: Random): Promise<Scene> {
  const server = await LibsqlServer.start();
  const proxy = await UnrulyProxy.start(server.host, random);
  const misbehave = (manner: Manner) => async () => {
    proxy.behave(manner);
    await pause(CHAOS_LEASE_MS, random);
    proxy.behave("passes");
  };
  return {
    url: `http://${proxy.host}`,
    store: () => libsql(`http://${server.host}`),
    faults: {
      serverKills: async () => {
        await server.kill();
        await pause(CHAOS_LEASE_MS, random);
        await server.restart();
      },
      serverStalls: async () => {
        server.signal("SIGSTOP");
        await pause(CHAOS_LEASE_MS, random);
        server.signal("SIGCONT");
      },
      slowAnswers: misbehave("delays"),
      lostAnswers: misbehave("losesAnswers"),
      swallowedCalls: misbehave("swallows"),
    },
    async end() {
      await proxy.end();
      await server.end();
    },
  };
}

/** Holds the write lock for a while, as a long transaction would. */
async function lockFile(url: string, random: Random): Promise<void> {
  const database = new (await loadNativeBinding())(url);
  try {
    database.prepare("pragma busy_timeout = 500").all([]);
    database.prepare("begin immediate").run([]);
    await pause(CHAOS_LEASE_MS / 2, random);
    database.prepare("commit").run([]);
  } catch {
    // Others were faster: it is locked all the same.
  } finally {
    database.close();
  }
}

/** Waits up to so long, in real time: the processes are real ones. */
function pause(maxMs: number, random: Random): Promise<void> {
  return sleep(systemClock, random.between(0, maxMs));
}
