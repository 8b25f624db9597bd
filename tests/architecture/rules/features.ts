import type { Project } from "../project.ts";
import type { Rule, Violation } from "../rule.ts";

const PATH = "docs/features.md";
const HEADER = "| feature | from | status | proof |";
/** Number of features; a row is never dropped, so this only grows. */
const ROWS = 72;
/** A stage in the list at the top of the page. */
const STAGE = /^\* \*\*([a-z ]+)\*\*: /;
/** A planned row: its stage, and perhaps what is there already, with tests in backticks. */
const PLANNED = /^([a-z ]+?)(?: \(so far: .+\))?$/;

/** The list of features is useful only while it is true. */
export const features: Rule = {
  name: "docs/features.md names the tests of every feature, or the stage at which it comes",
  mend:
    "`works` with the test file in backticks, or `planned` with the name of a stage from the list at the top",
  *check(project) {
    const lines = (project.texts.get(PATH) ?? "").split("\n");
    const stages = new Set(lines.flatMap((line) => STAGE.exec(line)?.[1] ?? []));
    let rows = 0;
    for (const [index, line] of lines.entries()) {
      if (!line.startsWith("| ") || line === HEADER || line.startsWith("| ---")) continue;
      rows++;
      yield* problems(line, index + 1, stages, project);
    }
    if (isWholeProject(project) && rows < ROWS) {
      yield { path: PATH, line: 1, what: `has ${rows} of ${ROWS} rows` };
    }
  },
  broken: [
    { tree: page("| cron | 3 | works | `tests/triggers/cron/cron_test.ts` |"), at: `${PATH}:4` },
    { tree: page("| cron | 3 | works | |"), at: `${PATH}:4` },
    { tree: page("| cron | 3 | planned | `tests/a_test.ts` |"), at: `${PATH}:4` },
    { tree: page("| cron | 3 | planned | some day |"), at: `${PATH}:4` },
    { tree: page("| cron | 3 | planned | triggers (so far: text, `tests/cron_test.ts`) |"), at: `${PATH}:4` },
    { tree: page("| cron | 3 | almost | `tests/a_test.ts` |"), at: `${PATH}:4` },
    { tree: page("| cron | works | `tests/a_test.ts` |"), at: `${PATH}:4` },
    { tree: { ...page("| cron | 3 | planned | triggers |"), "src/errors.ts": "" }, at: `${PATH}:1` },
  ],
  kept: [
    page(
      "| cron | 3 | works | `tests/a_test.ts`, `tests/b_test.ts` |\n| and \\| or | 3 | planned | triggers |",
    ),
    page("| cron | 3 | planned | triggers (so far: text, `tests/a_test.ts`) |"),
  ],
};

function page(rows: string) {
  const text = `* **triggers**: every trigger\n${HEADER}\n| --- | --- | --- | --- |\n${rows}\n`;
  return { [PATH]: text, "tests/a_test.ts": "", "tests/b_test.ts": "" };
}

/** The fixtures have a row each; only the tree itself has to have them all. */
function isWholeProject(project: Project): boolean {
  return project.files.has("src/errors.ts");
}

function* problems(
  row: string,
  line: number,
  stages: ReadonlySet<string>,
  project: Project,
): Generator<Violation> {
  const [feature, , status, proof, ...rest] = row.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim());
  if (feature === undefined || proof === undefined || rest.length > 0) {
    return yield { path: PATH, line, what: `is not a row of four cells: ${row}` };
  }
  const tests = [...proof.matchAll(/`([^`]+_test\.ts)`/g)].map(([, path = ""]) => path);
  if (status === "planned") {
    const stage = PLANNED.exec(proof)?.[1] ?? proof;
    if (!stages.has(stage)) yield { path: PATH, line, what: `"${stage}" is no stage` };
  } else if (status !== "works") {
    yield { path: PATH, line, what: `"${status}" is neither works nor planned` };
  } else if (tests.length === 0) {
    yield { path: PATH, line, what: "works, but names no test" };
  }
  for (const path of tests) {
    if (!project.files.has(path)) yield { path: PATH, line, what: `${path} does not exist` };
  }
}
