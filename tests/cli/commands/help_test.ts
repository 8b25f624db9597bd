import assert from "node:assert/strict";
import { type Command, type CommandEntry, commonOptions, isGroup } from "../../../src/cli/command.ts";
import { commands } from "../../../src/cli/commands.ts";
import { helpText } from "../../../src/cli/commands/help.ts";
import { test } from "../../harness.ts";

function every(entries: readonly CommandEntry[], path: readonly string[] = []): [string[], Command][] {
  return entries.flatMap((entry): [string[], Command][] =>
    isGroup(entry) ? every(entry.commands, [...path, entry.name]) : [[[...path, entry.name], entry]]
  );
}

test("helpText() lists every command of the table, and every command of a group", () => {
  const program = helpText([], commands);
  for (const entry of commands) {
    assert.ok(program.includes(`  ${entry.name} `) && program.includes(entry.summary), entry.name);
    if (!isGroup(entry)) continue;
    const group = helpText([entry.name], commands);
    for (const { name, summary } of entry.commands) {
      assert.ok(group.includes(`  ${name}`) && group.includes(summary), `${entry.name} ${name}`);
    }
  }
});

test("helpText() shows every argument, option and example of a command", () => {
  for (const [path, command] of every(commands)) {
    const text = helpText(path, commands);
    for (const { name, summary } of [...command.options ?? [], ...commonOptions]) {
      assert.ok(text.includes(`--${name}`) && text.includes(summary), `${path.join(" ")} --${name}`);
    }
    for (const { name } of command.arguments ?? []) assert.ok(text.includes(`<${name}>`), name);
    for (const example of command.examples ?? []) assert.ok(text.includes(example), example);
  }
});

test("helpText() refuses what is no command, with the nearest one", () => {
  assert.throws(() => helpText(["job"], commands), /no command 'job'; did you mean 'jobs'\?/);
});

test("commands give an option of the same name the same shape, as the parser takes them together", () => {
  const shapes = new Map<string, string>();
  for (const [path, { options = [] }] of every(commands)) {
    for (const { name, value, repeatable = false } of [...options, ...commonOptions]) {
      const shape = JSON.stringify([value !== undefined, repeatable]);
      assert.equal(shapes.get(name) ?? shape, shape, `--${name} of ${path.join(" ")}`);
      shapes.set(name, shape);
    }
    const names = options.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, path.join(" "));
  }
});

test("commands have only their last argument repeated, and none required after an optional one", () => {
  for (const [path, { arguments: specs = [] }] of every(commands)) {
    specs.forEach(({ optional, repeatable }, i) => {
      if (repeatable) assert.equal(i, specs.length - 1, path.join(" "));
      if (optional) assert.ok(specs.slice(i).every((spec) => spec.optional), path.join(" "));
    });
  }
});
