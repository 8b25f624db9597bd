import type { Project } from "../project.ts";
import type { Rule, Violation } from "../rule.ts";

const PATH = "docs/features.md";
const HEADER = "| feature | from | status | proof |";
/** How many features there are; a row is never dropped, so this only grows. */
const ROWS = 84;
/** The stages that a planned feature waits for, as docs/features.md lists them. */
const STAGE = /^\*\*([a-z ]+)\*\*: /;

/** The list of what works is only worth something while it is true. */
export const features: Rule = {
  name: "docs/features.md says of every feature what proves it, or when it comes",
  mend:
    "`works` with the test file in backticks, or `planned` with the name of a stage from the list at the top",
  *check(project) {
    const lines = (project.texts.get(PATH) ?? "").split("\n");
    const stages = new Set(lines.flatMap((line) => STAGE.exec(line.replace(/^[*-] /, ""))?.[1] ?? []));
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
    { tree: page("| cron | 3 | works | `tests/triggers/cron_test.ts` |"), at: `${PATH}:4` },
    { tree: page("| cron | 3 | works | |"), at: `${PATH}:4` },
    { tree: page("| cron | 3 | planned | `tests/a_test.ts` |"), at: `${PATH}:4` },
    { tree: page("| cron | 3 | planned | some day |"), at: `${PATH}:4` },
    { tree: page("| cron | 3 | almost | `tests/a_test.ts` |"), at: `${PATH}:4` },
    { tree: page("| cron | works | `tests/a_test.ts` |"), at: `${PATH}:4` },
    { tree: { ...page("| cron | 3 | planned | triggers |"), "src/errors.ts": "" }, at: `${PATH}:1` },
  ],
  kept: [
    page(
      "| cron | 3 | works | `tests/a_test.ts`, `tests/b_test.ts` |\n| and \\| or | 3 | planned | triggers |",
    ),
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
  if (status === "planned") {
    if (!stages.has(proof)) yield { path: PATH, line, what: `"${proof}" is no stage` };
    return;
  }
  if (status !== "works") return yield { path: PATH, line, what: `"${status}" is neither works nor planned` };
  const tests = [...proof.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path);
  if (tests.length === 0) yield { path: PATH, line, what: "works, but names no test" };
  for (const path of tests) {
    const isTest = path.endsWith("_test.ts") && project.files.has(path);
    if (!isTest) yield { path: PATH, line, what: `${path} is no test file of this project` };
  }
}
