import * as check from "../../model/option_checks.ts";
import type { DataStore } from "../../stores/data_store.ts";
import { libsql, type LibsqlOptions, type LibsqlStore } from "../../stores/libsql.ts";

/** A data store by its address, with options. */
export interface StoreConfiguration extends LibsqlOptions {
  /** Its address. */
  readonly url: string;
}

/** A store in a configuration: its address, the address with options, or the store itself. */
export type StoreSetting = string | StoreConfiguration | DataStore;

// As an object, so that the compiler reports a missing option.
const known: Readonly<Record<keyof StoreConfiguration, true>> = {
  url: true,
  synchronous: true,
  tablePrefix: true,
  authToken: true,
};

/** Checks the setting of a store. Throws `invalidOption`. */
export function readStoreSetting(value: unknown, name: string): StoreSetting {
  const where = "the configuration";
  if (typeof value === "object" && value !== null && !isDataStore(value as StoreSetting)) {
    check.refuseUnknownOptions(value, Object.keys(known), `'${name}' of ${where}`);
  }
  const { url } = (value ?? {}) as Partial<StoreConfiguration>;
  if (typeof value !== "string" && typeof url !== "string" && !isDataStore(value as StoreSetting)) {
    throw check.optionError(name, where, 'must be the address of a store, such as "file:carillon.db"', value);
  }
  makeStore(value as StoreSetting, {});
  return value as StoreSetting;
}

/** Returns the store of a setting; `options` are for those given by their address alone. */
export function makeStore(setting: StoreSetting, options: LibsqlOptions): DataStore | LibsqlStore {
  if (typeof setting === "string") return libsql(setting, options);
  if (isDataStore(setting)) return setting;
  const { url, ...own } = setting;
  return libsql(url, { ...options, ...own });
}

/** True if a store has migrations of its own. */
export function isLibsqlStore(store: DataStore): store is LibsqlStore {
  return "migrate" in store && typeof store.migrate === "function";
}

function isDataStore(setting: StoreSetting): setting is DataStore {
  return typeof setting === "object" && setting !== null && "claimJobs" in setting &&
    typeof setting.claimJobs === "function";
}
