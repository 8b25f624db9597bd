import type { JobRecord } from "../../model/job_record.ts";

/** Which jobs wait or waited for which others, by the identities of their rows. */
export class ParentTable {
  readonly #parents = new Map<number, readonly number[]>();
  readonly #children = new Map<number, Set<number>>();

  /** True if no job waits or waited for another one. */
  get isEmpty(): boolean {
    return this.#parents.size === 0;
  }

  /** Number of jobs that it has an entry for. */
  get size(): number {
    return this.#parents.size + this.#children.size;
  }

  /** Notes the parents of a job. */
  set(child: JobRecord, parents: readonly number[]): void {
    this.#parents.set(child.seq, parents);
    for (const parent of parents) {
      const children = this.#children.get(parent) ?? new Set();
      this.#children.set(parent, children.add(child.seq));
    }
  }

  /** The parents of a job, as given; they may be gone. */
  of(child: number): readonly number[] {
    return this.#parents.get(child) ?? [];
  }

  /** The children of a job. */
  childrenOf(parent: number): Iterable<number> {
    return this.#children.get(parent) ?? [];
  }

  /** Forgets what a job that is gone waited for. */
  delete(child: JobRecord): void {
    for (const parent of this.of(child.seq)) {
      const children = this.#children.get(parent);
      children?.delete(child.seq);
      if (children?.size === 0) this.#children.delete(parent);
    }
    this.#parents.delete(child.seq);
  }
}
