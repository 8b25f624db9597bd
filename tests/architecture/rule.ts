import type { Project } from "./project.ts";

/** A rule of the house that a test can check. */
export interface Rule {
  /** The rule as a sentence; it is the name of its test. */
  readonly name: string;
  /** What to do about a violation. */
  readonly mend: string;
  /** Finds what breaks it. */
  readonly check: (project: Project) => Iterable<Violation>;
  /** Trees that break it, each in at least one way: a rule that cannot fail is worth nothing. */
  readonly broken: readonly [BrokenTree, ...BrokenTree[]];
  /** Trees that keep it although they look close. */
  readonly kept: readonly [Tree, ...Tree[]];
}

/** A small project: texts by path. */
export type Tree = Readonly<Record<string, string>>;

/** A project that breaks a rule, and where: `path:line`. */
export interface BrokenTree {
  readonly tree: Tree;
  readonly at: string;
}

/** One place that breaks a rule. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  /** What is there, in a few words. */
  readonly what: string;
}

/** A failure as people read it: where, what, the rule, how to mend. */
export function report(rule: Rule, violations: readonly Violation[]): string {
  const places = violations.map(({ path, line, what }) => `  ${path}:${line}: ${what}`);
  return [`Rule: ${rule.name}`, ...places, `Mend: ${rule.mend}`].join("\n");
}
