import type { DataStore } from "../../src/stores/data_store.ts";
import type { Network } from "./network.ts";
import type { Oracle } from "./oracle.ts";

/** One data store of a cluster: the lines to it, and the books about it. */
export interface Side {
  readonly alias: string;
  readonly store: DataStore;
  /** Later code brings its tables forward, where it has any. */
  readonly upgrade: (() => Promise<void>) | undefined;
  /** It is not needed any more. */
  readonly dispose: (() => Promise<void>) | undefined;
  readonly network: Network;
  readonly oracle: Oracle;
}
