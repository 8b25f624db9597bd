import assert from "node:assert/strict";
import { createServer } from "node:net";
import process from "node:process";
import { createClient } from "@libsql/client/web";
import { sqliteDialect } from "../../src/stores/sqlite/schema/dialect.ts";
import type { DataStore } from "../../src/stores/data_store.ts";
import { libsql, type LibsqlClient } from "../../src/stores/libsql.ts";
import { parseAddress } from "../../src/stores/libsql/address.ts";
import { makeLibsqlStore } from "../../src/stores/libsql/libsql_store.ts";
import { newJob } from "../../src/testing/store_conformance/records.ts";
import { sleep } from "../../src/time/clock.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { VirtualClock } from "../../src/time/virtual_clock.ts";
import { runtime, test } from "../harness.ts";
import { LibsqlServer, noServer } from "./server.ts";

function serverTest(
  name: string,
  body: (server: LibsqlServer) => Promise<void>,
  flags: readonly string[] = [],
) {
  test(name + (noServer ?? ""), async () => {
    const server = await LibsqlServer.start(flags);
    try {
      await body(server);
    } finally {
      await server.end();
    }
  }, { ignore: noServer !== undefined });
}

async function use(store: DataStore, body: () => Promise<void>): Promise<void> {
  await store.open({ clock: systemClock });
  try {
    await body();
  } finally {
    await store.close();
  }
}

async function ids(store: DataStore): Promise<readonly string[]> {
  return (await store.getJobs({ order: "oldest" })).map(({ id }) => id);
}

serverTest(
  "libsql() loses nothing that was acknowledged when its server is killed again and again",
  async (server) => {
    const store = libsql(`http://${server.host}`);
    const acknowledged: string[] = [];
    let stopped = false;
    const adding = async (name: string) => {
      for (let i = 0; !stopped; i++) {
        const id = `${name}-${i}`;
        const added = await store.addJobs([newJob(id)]).catch(() => undefined);
        if (added) acknowledged.push(id);
      }
    };
    await use(store, async () => {
      const adders = ["a", "b", "c", "d", "e", "f"].map(adding);
      for (const delayMs of [60, 78, 97, 119]) {
        // real time: the server is killed while it works
        await sleep(systemClock, delayMs);
        await server.kill();
        await server.restart();
      }
      stopped = true;
      await Promise.all(adders);
      const stored = await ids(store);
      assert.ok(acknowledged.length > 20, `only ${acknowledged.length} were acknowledged`);
      assert.deepEqual(acknowledged.filter((id) => !stored.includes(id)), []);
      assert.equal(new Set(stored).size, stored.length);
      assert.deepEqual(await store.integrity(), []);
    });
  },
);

serverTest("libsql() says that its server is out of reach, and works on when it is back", async (server) => {
  const dialect = sqliteDialect();
  const address = parseAddress(`http://${server.host}`);
  const store = makeLibsqlStore({ address, dialect, synchronous: "full", repeatMs: 0 });
  await use(store, async () => {
    await store.addJobs([newJob("a")]);
    await server.kill();
    const down = { code: "storeUnavailable", retryable: true, message: /cannot be reached/ };
    await assert.rejects(() => store.addJobs([newJob("b")]), down);
    await assert.rejects(() => store.getJobs({}), down);
    await server.restart();
    await store.addJobs([newJob("c")]);
    assert.deepEqual(await ids(store), ["a", "c"]);
  });
});

serverTest("close() ends the tries of a call whose server is away", async (server) => {
  const client = createClient({ url: `http://${server.host}` });
  let batches = 0;
  const failed = Promise.withResolvers<void>();
  const noting: LibsqlClient = {
    protocol: client.protocol,
    batch: (statements, mode) => {
      batches++;
      const answer = client.batch(statements, mode);
      answer.catch(() => failed.resolve());
      return answer;
    },
    close: () => client.close(),
  };
  const store = libsql({ client: noting });
  await store.open({ clock: systemClock });
  await server.kill();
  const refused = assert.rejects(store.getJobs({}), {
    code: "storeClosed",
    message: /before it could answer/,
  });
  await failed.promise;
  await store.close();
  batches = 0;
  await server.restart();
  await refused;
  assert.equal(batches, 0);
  client.close();
});

serverTest("open() says that the server refuses the token, without showing it", async (server) => {
  for (const scheme of runtime === "bun" ? ["http", "ws"] : ["http"]) {
    const store = libsql(`${scheme}://${server.host}`, { authToken: "very-secret" });
    await assert.rejects(() => store.open({ clock: systemClock }), (error: Error) => {
      assert.equal((error as { code?: string }).code, "storeUnavailable");
      assert.match(error.message, /token/);
      assert.doesNotMatch(error.message, /very-secret/);
      return true;
    });
  }
}, ["--http-auth", "basic:dXNlcjpwYXNz"]);

serverTest(
  "addJobs() makes one round trip for all calls of a moment, and fails alone for the guilty one",
  async (server) => {
    const client = createClient({ url: `http://${server.host}` });
    let batches = 0;
    const counting: LibsqlClient = {
      protocol: client.protocol,
      batch: (statements, mode) => {
        batches++;
        return client.batch(statements, mode);
      },
      reconnect: () => client.reconnect(),
      close: () => client.close(),
    };
    const store = libsql({ client: counting });
    await use(store, async () => {
      batches = 0;
      await Promise.all(["a", "b", "c"].map((id) => store.addJobs([newJob(id)])));
      assert.equal(batches, 1);
      const broken = newJob("broken", { taskName: null as unknown as string });
      const calls = [
        store.putFact("one", "1"),
        store.addJobs([broken]),
        store.putFact("two", "2"),
      ];
      const outcomes = (await Promise.allSettled(calls)).map(({ status }) => status);
      assert.deepEqual(outcomes, ["fulfilled", "rejected", "fulfilled"]);
      await assert.rejects(() => store.addJobs([broken]), { code: "storeFailed" });
      assert.deepEqual(await ids(store), ["a", "b", "c"]);
    });
    assert.equal((await client.execute("select 1 as one")).rows[0]!["one"], 1, "the caller's client is open");
    client.close();
  },
);

serverTest(
  "watch() reports commits through other stores on a server, and not its own",
  async (server) => {
    const clock = new VirtualClock();
    const [watching, writing] = [libsql(`http://${server.host}`), libsql(`http://${server.host}`)];
    await watching.open({ clock });
    await writing.open({ clock });
    let told = () => {};
    let calls = 0;
    const stop = watching.watch(() => {
      calls++;
      told();
    });
    await watching.addJobs([newJob("own")]);
    await watching.claimJobs({ incarnation: 1, tasks: [{ name: "mail", version: 1 }], limit: 1 });
    await clock.advance({ seconds: 1 });
    await watching.nowMs();
    assert.equal(calls, 0);
    const heard = new Promise<void>((resolve) => told = resolve);
    await writing.addJobs([newJob("theirs")]);
    await clock.advance({ seconds: 5 });
    await heard;
    assert.equal(calls, 1);
    stop();
    await watching.close();
    await writing.close();
    assert.equal(clock.pendingTimers, 0);
  },
);

test("libsql() gives a server that never answers up after its time limit", async () => {
  const silent = createServer((socket) => void socket.on("error", () => {}));
  const sockets = new Set<{ destroy(): void }>();
  silent.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as { port: number };
  const address = parseAddress(`http://127.0.0.1:${port}`);
  // real time: the limit is on a network that has no clock of ours
  const store = makeLibsqlStore({
    address,
    dialect: sqliteDialect(),
    synchronous: "full",
    callMs: 50,
    repeatMs: 0,
  });
  await assert.rejects(() => store.open({ clock: systemClock }), {
    code: "storeUnavailable",
    retryable: true,
    message: /did not answer within 50 ms/,
  });
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
});

test("libsql() warns of web sockets on Deno only", async () => {
  const warnings: string[] = [];
  const note = (warning: Error) => void warnings.push(warning.message);
  process.on("warning", note);
  const store = libsql("ws://127.0.0.1:1");
  await assert.rejects(() => store.open({ clock: systemClock }), { code: "storeUnavailable" });
  await new Promise<void>((resolve) => systemClock.setTimer(resolve, 0));
  process.off("warning", note);
  assert.equal(warnings.some((text) => text.includes("web sockets")), runtime === "deno");
});
