/** When jobs of tasks with a limited rate started, by what they count for; apart from the jobs, which may go. */
export class StartLog {
  readonly #tasks = new Map<string, Map<string, number[]>>();

  /** Notes a start, and drops those up to an instant, which count no more. */
  add(taskName: string, key: string, atMs: number, untilMs: number): void {
    const keys = this.#tasks.get(taskName) ?? new Map<string, number[]>();
    this.#tasks.set(taskName, keys);
    const starts = (keys.get(key) ?? []).filter((startedMs) => startedMs > untilMs);
    // The clock may step back; starts never do.
    starts.push(Math.max(atMs, starts.at(-1) ?? 0));
    keys.set(key, starts);
  }

  /** The starts after an instant, oldest first. */
  after(taskName: string, key: string, instantMs: number): readonly number[] {
    return this.#tasks.get(taskName)?.get(key)?.filter((startedMs) => startedMs > instantMs) ?? [];
  }

  /** Drops the starts of a task up to an instant. */
  prune(taskName: string, untilMs: number): void {
    const keys = this.#tasks.get(taskName);
    for (const [key, starts] of keys ?? []) {
      const left = starts.filter((startedMs) => startedMs > untilMs);
      if (left.length > 0) keys!.set(key, left);
      else keys!.delete(key);
    }
  }

  /** Forgets the starts of a task. */
  forget(taskName: string): void {
    this.#tasks.delete(taskName);
  }
}
