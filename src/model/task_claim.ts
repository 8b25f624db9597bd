/** A task with the version of it that a scheduler's code has. */
export interface TaskVersion {
  readonly name: string;
  /** It can run jobs that were added with this version of the task or an older one. */
  readonly version: number;
}

/** A task of which jobs are wanted. */
export interface TaskClaim extends TaskVersion {
  /** How many of its jobs are taken at the most, beside all limits. @default as many as are wanted in all */
  readonly max?: number;
}
