/** A value given for a setting. */
export interface GivenSetting {
  /** The setting's path. */
  readonly path: string;
  readonly value: unknown;
  /** Its source, for people: `CARILLON_LEASE`, `--store`, `carillon.config.json`. */
  readonly source: string;
}

/** Something that is wrong with the configuration. */
export interface ConfigurationProblem {
  /** The problem, for people, with its source. */
  readonly message: string;
  /** The source of the wrong value. */
  readonly source: string;
}

/** The settings that one source gives, and its problems. */
export interface ConfigurationLayer {
  readonly given: readonly GivenSetting[];
  readonly problems: readonly ConfigurationProblem[];
}
