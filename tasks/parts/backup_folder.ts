import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";

/** A finished backup. */
export interface BackupFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * A folder of backups, named by their time, so that the order of the names is the order of the backups. A backup
 * has its real name only once it is whole; what a run that was killed left behind ends in `.part`.
 */
export class BackupFolder {
  readonly #folder: string;
  readonly #name: string;

  /** The backups of the database of this name in a folder. */
  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  /** Makes the folder, removes unfinished backups, and returns the path of a new backup. */
  async prepare(atMs: number): Promise<string> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (const name of await this.#names(".db.part")) await rm(join(this.#folder, name));
    // Colons are not allowed in the names of files on Windows.
    const time = new Date(atMs).toISOString().replaceAll(":", "-");
    const part = join(this.#folder, `${this.#name}-${time}.db.part`);
    // Made anew, for its owner alone: nothing that was put there is written through.
    await (await open(part, "wx", 0o600)).close();
    return part;
  }

  /** Gives a backup that was written and checked its real name, once the disk has it. */
  async finish(part: string): Promise<BackupFile> {
    const file = await open(part, "r+");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    const path = part.slice(0, -".part".length);
    await rename(part, path);
    return { path, bytes: (await stat(path)).size };
  }

  /** Deletes all but the newest backups, and returns the names of those deleted. Other files are left alone. */
  async keepNewest(count: number): Promise<readonly string[]> {
    const removed = (await this.#names(".db")).slice(0, -count);
    for (const name of removed) await rm(join(this.#folder, name));
    return removed.map((name) => basename(name));
  }

  /** The names of this database's backups, oldest first. */
  async #names(ending: string): Promise<readonly string[]> {
    const time = /^-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$/;
    const names = await readdir(this.#folder);
    return names.filter((name) =>
      name.startsWith(this.#name) && name.endsWith(ending) &&
      time.test(name.slice(this.#name.length, -ending.length))
    ).sort();
  }
}
