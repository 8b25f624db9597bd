import assert from "node:assert/strict";
import { createClient } from "@libsql/client";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import type { LibsqlClient } from "../../../src/stores/libsql/client/libsql_client.ts";
import { test } from "../../harness.ts";
import { LibsqlServer, noServer } from "../../stores/server.ts";

const JOBS = 20;
/** Those that begin and end: the task is written, the scheduler registers and leaves, and so on. */
const OTHERS_MAX = 12;

test(
  `a job at its task's limit costs one round trip to a server${noServer ?? ""}`,
  async () => {
    const server = await LibsqlServer.start();
    const client = createClient({ url: `http://${server.host}` });
    let writes = 0;
    const counting: LibsqlClient = {
      protocol: client.protocol,
      batch: (statements, mode) => {
        if (mode === "write") writes++;
        return client.batch(statements, mode);
      },
      reconnect: () => client.reconnect(),
      close: () => client.close(),
    };
    try {
      const one = task({ name: "one", run: () => "ran" });
      await using scheduler = new Scheduler({ store: libsql({ client: counting }), tasks: [one] });
      const jobs = await scheduler.addJobs(one, Array(JOBS).fill(undefined));
      writes = 0;
      await scheduler.runUntilIdle();
      assert.ok(writes >= JOBS && writes <= JOBS + OTHERS_MAX, `${writes} round trips for ${JOBS} jobs`);
      for (const job of jobs) assert.equal((await job.status()).outcome, "success");
    } finally {
      client.close();
      await server.end();
    }
  },
  { ignore: noServer !== undefined },
);
