import { CarillonError } from "../../errors.ts";
import type { MigrationReport, MigrationStep } from "../../stores/libsql.ts";
import type { Command } from "../command.ts";
import type { CommandContext } from "../command_context.ts";
import { loadConfiguration } from "../configuration/load_configuration.ts";
import { settingOptions } from "../configuration/option_layer.ts";
import { isLibsqlStore } from "../configuration/store_setting.ts";
import { storesOf } from "../open_scheduler.ts";
import { line } from "../../model/printable.ts";
import { withProgress } from "../render/progress_line.ts";

/** A store, migrated. */
interface MigratedStore extends MigrationReport {
  readonly store: string;
  readonly location: string;
}

/** `migrate`: brings the tables of the stores to this version. */
export const migrateCommand: Command = {
  name: "migrate",
  summary: "Bring the tables of the stores to this version, step by step",
  details: "Every command that opens a store does it too; this one shows the steps, and does nothing else.",
  options: settingOptions("store"),
  async run(context) {
    const stores = Object.entries(storesOf(await loadConfiguration(context)));
    const migrated: MigratedStore[] = [];
    for (const [alias, store] of stores) {
      if (!isLibsqlStore(store)) throw noMigrations(alias, store.kind);
      const report = await withProgress(
        { terminal: context.terminal, label: `migrating ${store.location}` },
        () => store.migrate((step) => printStep(step, context)),
      );
      migrated.push({ store: alias, location: store.location, ...report });
    }
    context.print(migrated, () => migrated.map(summary).join("\n"));
  },
};

function printStep({ version, name }: MigrationStep, context: CommandContext): void {
  if (!context.json) context.terminal.out(`  ${version}  ${name}\n`);
}

function summary({ location, from, to, steps }: MigratedStore): string {
  if (steps.length === 0) return line`${location} is up to date: schema version ${to}`;
  return line`${location} went from schema version ${from} to ${to} in ${steps.length} ${
    steps.length === 1 ? "step" : "steps"
  }`;
}

function noMigrations(alias: string, kind: string): CarillonError {
  return new CarillonError("invalidOption", `Store '${alias}' (${kind}) has no migrations of its own`, {
    details: { store: alias, kind },
  });
}
