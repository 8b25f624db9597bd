/** Opens something once, however often it is asked to, until it is closed again. */
export class Opening {
  readonly #open: () => Promise<void>;
  #opened: Promise<void> | undefined;
  #isOpen = false;

  /** Opens by `open`. */
  constructor(open: () => Promise<void>) {
    this.#open = open;
  }

  /** Whether it is open by now. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Opens it; after a failure the next call tries again. */
  open(): Promise<void> {
    return this.#opened ??= this.#open().then(() => {
      this.#isOpen = true;
    }, (error) => {
      this.#opened = undefined;
      throw error;
    });
  }

  /** Closes by `close` what was opened. */
  async close(close: () => Promise<void>): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    this.#isOpen = false;
    if (!opened) return;
    await opened.catch(() => {});
    await close();
  }
}
