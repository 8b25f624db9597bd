import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** A disk of a few megabytes, which can be full and can be made read-only. */
export class SmallDisk {
  readonly folder: string;

  constructor(megabytes: number) {
    this.folder = mkdtempSync(join(tmpdir(), "carillon-disk-"));
    mount(["-t", "tmpfs", "-o", `size=${megabytes}m`, "none", this.folder]);
  }

  /** Leaves room for so much and no more. */
  fill(leftKilobytes: number): void {
    const { stdout } = spawnSync("df", ["--output=avail", this.folder], { encoding: "utf8" });
    const free = Number(stdout.split("\n")[1]);
    writeFileSync(join(this.folder, "ballast"), new Uint8Array(Math.max(0, free - leftKilobytes) * 1024));
  }

  /** Makes room again. */
  clear(): void {
    rmSync(join(this.folder, "ballast"));
  }

  /** Lets nobody write, or everybody again. While a file is open for writing it cannot be made so. */
  allowWrites(allowed: boolean): void {
    mount(["-o", `remount,${allowed ? "rw" : "ro"}`, this.folder]);
  }

  end(): void {
    spawnSync("umount", ["--lazy", this.folder]);
    rmdirSync(this.folder);
  }
}

function mount(args: readonly string[]): void {
  const { status, stderr } = spawnSync("mount", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`Cannot mount: ${stderr}`);
}

/** Why there can be no such disk here, for the names of tests; undefined where there can. */
export const noSmallDisk: string | undefined = reason();

function reason(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    return " (skipped: only root can mount a small disk)";
  }
  try {
    new SmallDisk(1).end();
    return undefined;
  } catch {
    return " (skipped: this machine lets nobody mount a disk)";
  }
}
