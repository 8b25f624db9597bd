import assert from "node:assert/strict";
import type { CommandEntry } from "../../src/cli/command.ts";
import { parseCommandLine } from "../../src/cli/parse_command_line.ts";
import { test } from "../harness.ts";

const run = () => Promise.resolve();
const table: readonly CommandEntry[] = [
  { name: "start", summary: "Start", options: [{ name: "http", value: "ADDRESS", summary: "Where" }], run },
  {
    name: "run",
    summary: "Run",
    arguments: [{ name: "task", summary: "The task" }, {
      name: "json",
      summary: "Its input",
      optional: true,
    }],
    run,
  },
  {
    name: "jobs",
    summary: "Jobs",
    defaultCommand: "list",
    commands: [
      { name: "list", summary: "List", options: [{ name: "limit", value: "N", summary: "How many" }], run },
      {
        name: "cancel",
        summary: "Cancel",
        arguments: [{ name: "id", summary: "Which", repeatable: true }],
        options: [{ name: "set", value: "A=B", summary: "Some", repeatable: true }],
        run,
      },
    ],
  },
];

function parse(...args: string[]) {
  return parseCommandLine(args, table);
}

function refusal(...args: string[]): string {
  try {
    parse(...args);
  } catch (error) {
    assert.equal((error as { code?: string }).code, "usage");
    return (error as Error).message;
  }
  throw new Error(`${args.join(" ")} was understood`);
}

test("parseCommandLine() takes start where no command is named", () => {
  assert.deepEqual(parse().path, ["start"]);
  const { path, given } = parse("--http", "127.0.0.1:80");
  assert.deepEqual(path, ["start"]);
  assert.deepEqual(given.options.get("http"), ["127.0.0.1:80"]);
});

test("parseCommandLine() takes the default command of a group", () => {
  assert.deepEqual(parse("jobs", "--limit", "3").path, ["jobs", "list"]);
  assert.deepEqual(parse("jobs", "list", "--limit=3").given.options.get("limit"), ["3"]);
});

test("parseCommandLine() takes options before the command and between arguments", () => {
  const { path, given } = parse("--json", "run", "--verbose", "a", "{}");
  assert.deepEqual(path, ["run"]);
  assert.deepEqual(given.arguments.get("task"), ["a"]);
  assert.deepEqual(given.arguments.get("json"), ["{}"]);
  assert.ok(given.options.has("json") && given.options.has("verbose"));
});

test("parseCommandLine() leaves arguments as the texts that they are", () => {
  assert.deepEqual(parse("run", "a", "007").given.arguments.get("json"), ["007"]);
  assert.deepEqual(parse("run", "a", "--", "-5").given.arguments.get("json"), ["-5"]);
});

test("parseCommandLine() collects arguments and options that can be repeated", () => {
  const { given } = parse("jobs", "cancel", "a", "b", "--set", "x=1", "--set=y=2", "c");
  assert.deepEqual(given.arguments.get("id"), ["a", "b", "c"]);
  assert.deepEqual(given.options.get("set"), ["x=1", "y=2"]);
});

test("parseCommandLine() refuses a command that there is not, with the nearest one", () => {
  assert.match(refusal("strat"), /no command 'strat'; did you mean 'start'\?$/);
  assert.match(
    refusal("jobs", "cancle"),
    /no command 'jobs cancle'; did you mean 'cancel'\?$/,
  );
});

test("parseCommandLine() refuses an option that the command has not, with the nearest one", () => {
  assert.match(
    refusal("jobs", "list", "--limt", "3"),
    /'jobs list' has no option '--limt'; did you mean '--limit'\?/,
  );
  assert.match(refusal("run", "a", "--limit", "3"), /'run' has no option '--limit'/);
  assert.match(refusal("run", "a", "-x"), /'run' has no option '-x'/);
});

test("parseCommandLine() refuses an option without its value", () => {
  assert.match(refusal("jobs", "list", "--limit"), /--limit needs a value: --limit=N/);
  assert.match(refusal("jobs", "list", "--limit", "--json"), /--limit needs a value/);
});

test("parseCommandLine() refuses arguments that are missing or too many", () => {
  assert.match(refusal("run"), /'run' needs <task>: The task/);
  assert.match(refusal("run", "a", "{}", "more"), /'run' takes no argument 'more'/);
  assert.match(refusal("jobs", "cancel"), /needs <id>\.\.\./);
});

test("parseCommandLine() asks for help of what was named, also where arguments are missing", () => {
  assert.deepEqual(parse("--help").help, []);
  assert.deepEqual(parse("run", "-h").help, ["run"]);
  assert.deepEqual(parse("jobs", "--help").help, ["jobs"]);
  assert.deepEqual(parse("jobs", "cancel", "--help").help, ["jobs", "cancel"]);
  assert.equal(parse("start").help, undefined);
});
