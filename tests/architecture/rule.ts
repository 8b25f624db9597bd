import type { Project } from "./project.ts";

/** A rule of the project that a test checks. */
export interface Rule {
  /** The rule as a sentence; it is the name of its test. */
  readonly name: string;
  /** The remedy for a violation. */
  readonly mend: string;
  /** Finds the violations. */
  readonly check: (project: Project) => Iterable<Violation>;
  /** Trees that break it, each in at least one way: a rule that cannot fail proves nothing. */
  readonly broken: readonly [BrokenTree, ...BrokenTree[]];
  /** Trees that keep it although they look close. */
  readonly kept: readonly [Tree, ...Tree[]];
}

/** A small project: file contents by path. */
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
  /** A short description of the violation. */
  readonly what: string;
}

/** The message of a failure: the rule, the places, and the remedy. */
export function report(rule: Rule, violations: readonly Violation[]): string {
  const places = violations.map(({ path, line, what }) => `  ${path}:${line}: ${what}`);
  return [`Rule: ${rule.name}`, ...places, `Mend: ${rule.mend}`].join("\n");
}
