/**
 * A task that fails now and then, tried again with growing waits; and one whose error no waiting will mend.
 *
 *     deno run -A examples/retries.ts
 */
// deno-lint-ignore-file no-console
import { CarillonError, currentJob, Scheduler, task } from "carillon";

class BadAddress extends Error {}

const fetchRates = task({
  name: "rates.fetch",
  retry: { maxAttempts: 5, backoff: "exponential", base: { milliseconds: 50 } },
  timeout: { seconds: 10 },
  run() {
    const { attempt } = currentJob();
    if (attempt < 3) throw new Error("the bank does not answer");
    return `rates, at attempt ${attempt}`;
  },
});

const sendLetter = task({
  name: "letter.send",
  // Trying again helps against a busy post office, not against a wrong address.
  retry: { maxAttempts: 5, retryIf: (error) => !(error instanceof BadAddress) },
  run() {
    throw new BadAddress("there is no such street");
  },
});

await using scheduler = new Scheduler({ tasks: [fetchRates, sendLetter] });
await scheduler.startInBackground();
scheduler.subscribe(({ attempt, reason }) => console.log(`attempt ${attempt} failed: ${reason}`), {
  types: "jobRetrying",
});

console.log(await scheduler.runJob(fetchRates));

try {
  await scheduler.runJob(sendLetter);
} catch (error) {
  // The task's own error is the cause.
  if (!(error instanceof CarillonError) || !(error.cause instanceof Error)) throw error;
  console.log(`${error.code}: ${error.cause.message}`);
}
