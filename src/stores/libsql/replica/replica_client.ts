import { CarillonError, messageOf } from "../../../errors.ts";
import type { LibsqlClient } from "../client/libsql_client.ts";

/**
 * Refuses embedded replicas: local files that a server writes to. What such a file shows is old until it is brought up to
 * date, so a scheduler would claim by what was true before; and each statement of a batch is sent to the server by itself,
 * in calls that hold up the event loop, and with it the heartbeat.
 */
export function replicaRefused(option: string): CarillonError {
  return new CarillonError(
    "invalidOption",
    "libsql() takes no client of an embedded replica: what it shows is old, so limits and leases would not hold; let it keep " +
      'the replica itself, like libsql({ url: "file:replica.db", syncUrl: "libsql://db.example.org", authToken })',
    { details: { option } },
  );
}

/** True if a client of a file is an embedded replica. Only those can be brought up to date. */
export async function isReplica(client: LibsqlClient): Promise<boolean> {
  const { sync } = client as LibsqlClient & { sync?(): Promise<unknown> };
  if (client.protocol !== "file" || sync === undefined) return false;
  try {
    await sync.call(client);
    return true;
  } catch (error) {
    // A replica whose server is out of reach fails in another way.
    return !/SyncNotSupported/i.test(messageOf(error));
  }
}
