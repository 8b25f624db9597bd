/** A thread or child process as its owner sees it: a way to talk to it, and to end it. */
export interface Connection {
  /** What it is, for people: `worker thread 3`. */
  readonly name: string;
  send(text: string): void;
  /** Whether it keeps this process alive. */
  hold(isHeld: boolean): void;
  /** Ends it while it does nothing. */
  end(): void;
  /** Ends it by force, whatever it does. */
  kill(): void;
}

/** What a connection tells its owner. */
export interface ConnectionEvents {
  /** Something came; it may be a message of the task's own code. */
  onText(text: unknown): void;
  /** It is over, told once; `how` is for people: `with code 3`. */
  onEnd(how: string, error?: unknown): void;
}

/** Starts a thread or child process. */
export type OpenConnection = (events: ConnectionEvents) => Connection;
