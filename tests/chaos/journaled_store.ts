import type { JobRecord } from "../../src/model/job_record.ts";
import type { DataStore } from "../../src/stores/data_store.ts";
import { endsHeld, endsIn, interceptStore, type StoreResult } from "../../src/testing/intercept_store.ts";
import type { Journal } from "./journal.ts";

/** A store that writes to the journal which jobs it gave, and which ends of runs it accepted. */
export function journaledStore<Store extends DataStore>(store: Store, journal: Journal): Store {
  const noteClaims = (jobs: readonly JobRecord[]) => {
    for (const { id, owner, claimNumber } of jobs) {
      journal.write({ what: "claimed", job: id, incarnation: owner!, claim: claimNumber });
    }
  };
  return interceptStore(store, async (call, proceed) => {
    const answer = await proceed();
    const held = new Set(endsHeld(call, answer));
    for (const ending of endsIn(call)) {
      const { fence, transition } = ending;
      journal.write({
        what: "end",
        seq: fence.seq,
        incarnation: fence.incarnation,
        claim: fence.claimNumber,
        to: transition.to,
        outcome: transition.to === "finished" ? transition.outcome : null,
        held: held.has(ending),
      });
    }
    if (call.name === "claimJobs") noteClaims((answer as StoreResult<"claimJobs">).claimed);
    if (call.name === "addJobs") noteClaims((answer as StoreResult<"addJobs">).claimed);
    return answer;
  });
}
