import { CarillonError } from "../../errors.ts";
import type { DataStore } from "../../stores/data_store.ts";
import { systemClock } from "../../time/system_clock.ts";
import type { Command } from "../command.ts";
import { loadConfiguration } from "../configuration/load_configuration.ts";
import { settingOptions } from "../configuration/option_layer.ts";
import { examineDatabase } from "../doctor/examine_database.ts";
import { examineStore } from "../doctor/examine_store.ts";
import { problem, type StoreFinding } from "../doctor/finding.ts";
import { refuseMissingStores, storesOf } from "../open_scheduler.ts";
import { line } from "../../model/printable.ts";
import { withProgress } from "../render/progress_line.ts";

/** A store with its findings. */
interface ExaminedStore {
  readonly store: string;
  readonly location: string;
  readonly findings: readonly StoreFinding[];
}

/** `doctor`: examines the stores. */
export const doctorCommand: Command = {
  name: "doctor",
  summary:
    "Examine the stores: damage, query plans, dead schedulers, late schedules, stuck jobs, clocks, size, disk",
  details:
    "Changes nothing, but opening a store brings its tables up to date. The exit code is 1 where something needs repair.",
  options: settingOptions("store"),
  async run(context) {
    const configuration = await loadConfiguration(context);
    refuseMissingStores(configuration, context.terminal);
    const examined: ExaminedStore[] = [];
    for (const [alias, store] of Object.entries(storesOf(configuration))) {
      const options = { terminal: context.terminal, label: `examining ${store.location}` };
      const findings = await withProgress(options, () => examine(store));
      examined.push({ store: alias, location: store.location, findings });
    }
    context.print(examined, () => examined.map(lines).join("\n\n"));
    return examined.some(({ findings }) => findings.some(({ level }) => level === "problem")) ? 1 : 0;
  },
};

async function examine(store: DataStore): Promise<readonly StoreFinding[]> {
  try {
    await store.open({ clock: systemClock });
  } catch (error) {
    // The other stores are examined anyway.
    if (!(error instanceof CarillonError)) throw error;
    return [problem("file", error.message)];
  }
  try {
    return [...await examineDatabase(store), ...await examineStore(store, systemClock)];
  } finally {
    await store.close();
  }
}

function lines({ store, location, findings }: ExaminedStore): string {
  const marks = { problem: "!", note: " " };
  return [
    line`${store}  ${location}`,
    ...findings.map(({ level, message }) => line`${marks[level]} ${message}`),
  ]
    .join("\n");
}
