import { adaptersConform } from "./rules/adapters_conform.ts";
import { barrelImports } from "./rules/barrel_imports.ts";
import { clock } from "./rules/clock.ts";
import { defaultExports } from "./rules/default_exports.ts";
import { documentPaths } from "./rules/document_paths.ts";
import { documentation } from "./rules/documentation.ts";
import { escapeHatches } from "./rules/escape_hatches.ts";
import { exportMaps } from "./rules/export_maps.ts";
import { features } from "./rules/features.ts";
import { forbiddenWords } from "./rules/forbidden_words.ts";
import { importCycles } from "./rules/import_cycles.ts";
import { language } from "./rules/language.ts";
import { layers } from "./rules/layers.ts";
import { leftovers } from "./rules/leftovers.ts";
import { oneCommand } from "./rules/one_command.ts";
import { packages } from "./rules/packages.ts";
import { plainEnglish } from "./rules/plain_english.ts";
import { publicNames } from "./rules/public_names.ts";
import { runtimeGlobals } from "./rules/runtime_globals.ts";
import { schedulerOrder } from "./rules/scheduler_order.ts";
import { seededChance } from "./rules/seeded_chance.ts";
import { shownOptions } from "./rules/shown_options.ts";
import { sleepingTests } from "./rules/sleeping_tests.ts";
import { specifiers } from "./rules/specifiers.ts";
import { tableOfContents } from "./rules/table_of_contents.ts";
import { testHarness } from "./rules/test_harness.ts";
import type { Rule } from "./rule.ts";

/** The rules of the project, in the order in which a newcomer needs them. */
export const allRules: readonly Rule[] = [
  layers,
  schedulerOrder,
  importCycles,
  barrelImports,
  tableOfContents,
  exportMaps,
  specifiers,
  packages,
  oneCommand,
  publicNames,
  language,
  defaultExports,
  escapeHatches,
  clock,
  runtimeGlobals,
  documentation,
  plainEnglish,
  shownOptions,
  adaptersConform,
  testHarness,
  sleepingTests,
  seededChance,
  leftovers,
  forbiddenWords,
  features,
  documentPaths,
];
