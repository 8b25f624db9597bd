import assert from "node:assert/strict";
import { test } from "../../harness.ts";
import { withProject } from "../sample_project.ts";

test("next shows fires with weekday and offset, in words and as a table", async () => {
  await withProject({}, async (project) => {
    const args = ["next", "30 2 * * *", "--zone", "Europe/Berlin", "--count", "3", "--from", "2026-03-28"];
    const { code, out } = await project.run(args);
    assert.equal(code, 0);
    assert.match(out, /^At 02:30, every day, by the clock of Europe\/Berlin\./);
    assert.match(out, /^On 2026-03-29 .*02:30 does not exist; it fires at 03:00 instead\.$/m);
    assert.match(out, /note: .*02:30 does not exist/);
    const rows = out.trim().split("\n").slice(-3).map((row) => row.split(/ {2,}/).slice(0, 4));
    assert.deepEqual(rows, [
      ["2026-03-28", "Sat", "02:30:00", "+01:00"],
      ["2026-03-29", "Sun", "03:00:00", "+02:00"],
      ["2026-03-30", "Mon", "02:30:00", "+02:00"],
    ]);
  });
});

test("next --json gives instants, local times and findings", async () => {
  await withProject({}, async (project) => {
    const args = ["next", "*/7 * * * *", "--count", "1", "--from", "2026-01-01T00:00:30Z"];
    const answer = await project.json(args) as {
      readonly findings: readonly { readonly rule: string }[];
      readonly fires: readonly object[];
    };
    assert.deepEqual(answer.findings.map(({ rule }) => rule), ["unevenStep"]);
    assert.deepEqual(answer.fires, [
      { instant: "2026-01-01T00:07:00Z", local: "2026-01-01T00:07:00+00:00", weekday: "Thu" },
    ]);
  });
});

test("next takes the policies for local times that are missing or twice", async () => {
  await withProject({}, async (project) => {
    const args = ["next", "30 2 * * *", "--zone", "Europe/Berlin", "--count", "1", "--from", "2026-03-29"];
    const { out } = await project.run([...args, "--gap", "skip"]);
    assert.match(out, /2026-03-30 {2}Mon {2}02:30:00/);
    const { code, err } = await project.run([...args, "--gap", "skp"]);
    assert.equal(code, 4);
    assert.match(err, /\(invalidTrigger\)/);
  });
});

test("next points at what it cannot read in an expression", async () => {
  await withProject({}, async (project) => {
    const { code, err, out } = await project.run(["next", "0 25 * * *"]);
    assert.equal(code, 4);
    assert.equal(out, "");
    const [message, source, caret] = err.split("\n");
    assert.match(message!, /^error: Cannot read '0 25 \* \* \*' at position 2: .*\(invalidTrigger\)$/);
    assert.deepEqual([source, caret], ["  0 25 * * *", "    ^"]);
  });
});

test("next refuses a zone that there is not, and a count that is none", async () => {
  await withProject({}, async (project) => {
    const zone = await project.run(["next", "0 9 * * *", "--zone", "Europe/Berln"]);
    assert.equal(zone.code, 4);
    assert.match(
      zone.err,
      /no time zone 'Europe\/Berln'.*did you mean 'Europe\/Berlin'\?.*\(unknownTimeZone\)/,
    );
    const count = await project.run(["next", "0 9 * * *", "--count", "many"]);
    assert.equal(count.code, 2);
    assert.match(count.err, /--count must be a whole number from 1 to 10000, but got 'many'/);
  });
});

test("next says of an expression that can never fire that it cannot", async () => {
  await withProject({}, async (project) => {
    const { code, err } = await project.run(["next", "0 0 30 2 *"]);
    assert.equal(code, 4);
    assert.match(err, /\(neverFires\)/);
  });
});
