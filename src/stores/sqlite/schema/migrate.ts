import { CarillonError, messageOf } from "../../../errors.ts";
import type { Dialect } from "./dialect.ts";
import type { SqlDriver, Statement } from "../../shared/driver.ts";
import { guard, guardConstraint, GuardFailure } from "../session/session.ts";
import { type Migration, migrations as allMigrations } from "./migrations.ts";

/** A step that brought the schema forward. */
export interface MigrationStep {
  /** The schema's version after the step. */
  readonly version: number;
  /** The name of the step. */
  readonly name: string;
}

/** The result of {@linkcode migrate}. */
export interface MigrationReport {
  /** The schema's version before; 0 where there was none. */
  readonly from: number;
  /** The schema's version now. */
  readonly to: number;
  /** The steps this call took; those that another process took meanwhile are not among them. */
  readonly steps: readonly MigrationStep[];
}

/** Options of {@linkcode migrate}. */
export interface MigrateOptions {
  readonly driver: SqlDriver;
  readonly dialect: Dialect;
  /** The location of the store, for people. */
  readonly location: string;
  /** Called after each step. */
  readonly onStep?: ((step: MigrationStep) => void) | undefined;
  /** The steps there are. @default every released one */
  readonly migrations?: readonly Migration[];
}

/**
 * Brings the schema to this code's version, step by step, each in a transaction that changes nothing when another
 * process has taken the step already. Where there are no tables yet, all steps are one transaction: no rows can make it
 * long. Throws `storeNewerSchema` for a schema this code cannot work with.
 */
export async function migrate(options: MigrateOptions): Promise<MigrationReport> {
  const { migrations = allMigrations } = options;
  const steps: MigrationStep[] = [];
  const take = async (taken: readonly Migration[], before: readonly Statement[] = []) => {
    const done = await takeSteps(taken, before, options);
    for (const { version, name } of done ? taken : []) {
      steps.push({ version, name });
      options.onStep?.({ version, name });
    }
    return done;
  };
  const { version } = await acceptedVersion(options);
  if (version === undefined && await take(migrations, tablesOfVersions(options.dialect))) {
    return { from: 0, to: migrations.length, steps };
  }
  const from = version ?? (await acceptedVersion(options)).version ?? 0;
  for (const migration of migrations.slice(from)) {
    // Another process has taken it: of later code, perhaps, whose steps this code cannot work with.
    if (!await take([migration])) await acceptedVersion(options);
  }
  return { from, to: Math.max(from, migrations.length), steps };
}

interface StoredVersion {
  /** Undefined where the tables were never made. */
  readonly version: number | undefined;
  readonly minCompatible: number;
}

async function readVersion({ driver, dialect }: MigrateOptions): Promise<StoredVersion> {
  const { meta } = dialect.tables;
  const [made] = await driver.read([
    { sql: "select count(*) from sqlite_schema where type = 'table' and name = ?1", args: [meta] },
  ]);
  if (made!.cells[0] === 0) return { version: undefined, minCompatible: 0 };
  const [version, minCompatible] = await driver.read([
    { sql: `select value from ${meta} where key = 'version'`, args: [] },
    { sql: `select value from ${meta} where key = 'min_compatible_version'`, args: [] },
  ]);
  return { version: Number(version!.cells[0] ?? 0), minCompatible: Number(minCompatible!.cells[0] ?? 0) };
}

/** The version that is stored, unless this code cannot work with it. */
async function acceptedVersion(options: MigrateOptions): Promise<StoredVersion> {
  const { migrations = allMigrations, location } = options;
  const stored = await readVersion(options);
  const known = migrations.length;
  if (stored.minCompatible <= known) return stored;
  throw new CarillonError(
    "storeNewerSchema",
    `Cannot use the store ${location}: its schema has version ${stored.version} and needs code for version ` +
      `${stored.minCompatible} or later, but this Carillon knows version ${known}; update Carillon`,
    { details: { location, stored: stored.version, needed: stored.minCompatible, known } },
  );
}

/** The statements that make the tables that steps need before there is any. */
function tablesOfVersions({ tables: { meta, guard } }: Dialect): readonly Statement[] {
  return [
    statement(
      `create table if not exists ${meta}(key text primary key, value integer not null) strict, without rowid`,
    ),
    statement(
      `create table if not exists ${guard}(
        ok integer not null constraint ${guardConstraint} check (ok = 1)) strict`,
    ),
    statement(
      `insert into ${meta}(key, value) values ('version', 0), ('min_compatible_version', 0) on conflict do nothing`,
    ),
  ];
}

/** Returns whether this call took the steps, all at once; false when another process was faster. */
async function takeSteps(
  taken: readonly Migration[],
  before: readonly Statement[],
  { driver, dialect, location }: MigrateOptions,
): Promise<boolean> {
  const { meta } = dialect.tables;
  const [first, last] = [taken[0], taken.at(-1)];
  if (!first || !last) return true;
  const stillBefore = `(select value from ${meta} where key = 'version') = ?1`;
  const minCompatibleVersion = Math.max(...taken.map((migration) => migration.minCompatibleVersion));
  try {
    await writeStep(driver, [
      ...before,
      guard(dialect, stillBefore, [first.version - 1]),
      ...taken.flatMap((migration) => migration.statements(dialect)).map(statement),
      { sql: `update ${meta} set value = ?1 where key = 'version'`, args: [last.version] },
      {
        sql: `update ${meta} set value = max(value, ?1) where key = 'min_compatible_version'`,
        args: [minCompatibleVersion],
      },
    ]);
    return true;
  } catch (error) {
    if (error instanceof GuardFailure) return false;
    throw nameTaken(error, location) ?? error;
  }
}

/** Returns what an error means that comes of a foreign table; a process that was faster with ours fails by the guard. */
function nameTaken(error: unknown, location: string): CarillonError | undefined {
  const name = /(?:table|index|view) "?(\w+)"? already exists/.exec(messageOf(error))?.[1];
  if (name === undefined) return undefined;
  return new CarillonError(
    "storeFailed",
    `Cannot make the tables of the store ${location}: there is a '${name}' already that is not Carillon's; ` +
      `give another tablePrefix`,
    { details: { location, name }, cause: error },
  );
}

async function writeStep(driver: SqlDriver, step: readonly Statement[]): Promise<void> {
  const [result] = await driver.write([step]);
  if ("error" in result!) throw result.error;
}

function statement(sql: string): Statement {
  return { sql, args: [] };
}
