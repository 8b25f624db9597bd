import { test } from "node:test";
import { task } from "carillon";
import { testScheduler } from "carillon/testing";

const mail = task({ name: "mail", retry: { maxAttempts: 2 }, run() {} });

test("a mail goes out an hour later", async () => {
  // Node 22 does not read `await using` unless a compiler has translated it: then end it yourself.
  const t = await testScheduler({ tasks: [mail] });
  try {
    await t.scheduler.addJob(mail, undefined, { delay: { hours: 1 } });
    await t.clock.advance({ hours: 2 });
    t.assertRan(mail, { times: 1 });
  } finally {
    await t[Symbol.asyncDispose]();
  }
});
