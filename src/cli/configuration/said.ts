/** Something that was said about a setting. */
export interface GivenSetting {
  /** The setting's path. */
  readonly path: string;
  readonly value: unknown;
  /** Where it was said, for people: `CARILLON_LEASE`, `--store`, `carillon.config.json`. */
  readonly source: string;
}

/** Something that is wrong with the configuration. */
export interface ConfigurationProblem {
  /** What is wrong, for people, with its source. */
  readonly message: string;
  /** Where it was said. */
  readonly source: string;
}

/** What one place said, and what of it could not be understood. */
export interface ConfigurationLayer {
  readonly given: readonly GivenSetting[];
  readonly problems: readonly ConfigurationProblem[];
}
