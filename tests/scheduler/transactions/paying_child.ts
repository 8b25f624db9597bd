/**
 * A process whose job completes itself in a transaction, to be killed just before or just after the commit.
 *
 * Usage: paying_child.ts <url> <"before" or "after">
 */
import process from "node:process";
import { createClient } from "@libsql/client";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { libsql } from "../../../src/stores/libsql.ts";

const [url = "", when = ""] = process.argv.slice(2);
const client = createClient({ url });

const pay = task({
  name: "pay",
  async run(_input, { completeIn }) {
    const transaction = await client.transaction("write");
    await transaction.execute("insert into orders values ('child')");
    await completeIn(transaction, "child");
    if (when === "after") await transaction.commit();
    process.stdout.write("now\n");
    await new Promise(() => {});
  },
});

await new Scheduler({ store: libsql(url), tasks: [pay] }).runUntilStopped();
