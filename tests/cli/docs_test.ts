/** The pages about the command line say what the tables in the code say. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { isGroup } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/commands.ts";
import { settings } from "../../src/cli/configuration/settings_table.ts";
import { exitCodes } from "../../src/cli/exit_codes.ts";
import { argumentText } from "../../src/cli/parse_command_line.ts";
import { test } from "../harness.ts";

function page(name: string): readonly string[] {
  return readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8").split("\n");
}

test("docs/cli.md names every command with its arguments", () => {
  const lines = page("cli.md");
  const names = commands.flatMap((entry) =>
    isGroup(entry)
      ? entry.commands.map((command) => [`${entry.name} ${command.name}`, command] as const)
      : [[entry.name, entry] as const]
  );
  for (const [name, command] of names) {
    // A cron expression needs its quotes.
    const words = [name, ...(command.arguments ?? []).map(argumentText)].join(" ").replace(
      "<cron>",
      '"<cron>"',
    );
    assert.ok(lines.some((line) => line.startsWith(`| \`${words}\` |`)), words);
  }
});

test("docs/cli.md gives every error code its exit code", () => {
  const rows = page("cli.md").filter((line) => /^\| \d+ \|/.test(line));
  for (const [code, exitCode] of Object.entries(exitCodes)) {
    const row = rows.find((line) => line.includes(`\`${code}\``));
    assert.ok(row?.startsWith(`| ${exitCode} |`), `${code}: ${exitCode}`);
  }
  const told = rows.join(" ").match(/`[a-zA-Z]+`/g)!.map((code) => code.slice(1, -1));
  assert.deepEqual(told.filter((code) => !(code in exitCodes) && code !== "check"), []);
});

test("docs/configuration.md has a row for every setting, and no other", () => {
  const rows = page("configuration.md").filter((line) => /^\| `/.test(line));
  const wanted = settings.map((setting) => {
    const option = setting.option === undefined ? "" : `\`--${setting.option.name}\``;
    const { path, summary, kind, fallback } = setting;
    return `| \`${path}\` | ${option} | ${summary} | ${kind.expected} | ${fallback} |`;
  });
  assert.deepEqual(rows, wanted);
});
