import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives a bench a folder for its files, and deletes it afterwards. */
export async function inFolder<Answer>(bench: (folder: string) => Promise<Answer>): Promise<Answer> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-bench-"));
  try {
    return await bench(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
