/** Characters of the random part; 16 of them leave collisions to fantasy even at millions a second. */
const RANDOM_LENGTH = 16;
const TIME_LENGTH = 9;

/**
 * The id of a job added directly: the time it was made, then random characters, so that ids sort by time and
 * new rows go to the end of the index.
 */
export function newJobId(nowMs: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_LENGTH));
  let random = "";
  for (const byte of bytes) random += (byte % 36).toString(36);
  return `${timePart(nowMs)}${random}`;
}

/**
 * The id of the job of a fire time: the same for everybody who computes it, so that one fire can never become
 * two jobs even if a version check failed. `seq` is never reused, so a schedule made again has other ids.
 */
export function fireJobId(scheduleSeq: number, fireMs: number): string {
  return `${timePart(fireMs)}-${scheduleSeq}`;
}

function timePart(epochMs: number): string {
  // Instants before 1970 are rare and need only be unique, not in order.
  return epochMs < 0 ? `-${(-epochMs).toString(36)}` : epochMs.toString(36).padStart(TIME_LENGTH, "0");
}
