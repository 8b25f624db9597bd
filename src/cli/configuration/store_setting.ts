import * as check from "../../model/option_checks.ts";
import type { DataStore } from "../../stores/data_store.ts";
import { libsql, type LibsqlOptions, type LibsqlStore } from "../../stores/libsql.ts";

/** A data store as a configuration names it. */
export interface StoreConfiguration extends LibsqlOptions {
  /** Its address. */
  readonly url: string;
}

/** What a configuration can say about a store: its address, the address with options, or the store itself. */
export type StoreSetting = string | StoreConfiguration | DataStore;

// As an object, so that the compiler misses an option that is new.
const known: Readonly<Record<keyof StoreConfiguration, true>> = {
  url: true,
  synchronous: true,
  tablePrefix: true,
  authToken: true,
};

/** Checks what was said about a store. Throws `invalidOption`. */
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

/** The store that a setting names; `options` are for those that are named by their address alone. */
export function makeStore(setting: StoreSetting, options: LibsqlOptions): DataStore | LibsqlStore {
  if (typeof setting === "string") return libsql(setting, options);
  if (isDataStore(setting)) return setting;
  const { url, ...own } = setting;
  return libsql(url, { ...options, ...own });
}

/** Whether a store can say how its tables came to be. */
export function isLibsqlStore(store: DataStore): store is LibsqlStore {
  return "migrate" in store && typeof store.migrate === "function";
}

function isDataStore(setting: StoreSetting): setting is DataStore {
  return typeof setting === "object" && setting !== null && "claimJobs" in setting &&
    typeof setting.claimJobs === "function";
}
