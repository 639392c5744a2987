// A lock file between processes of one machine, so that two runs at once do not build the same thing twice.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What to do while another process holds the lock. */
export interface LockOptions {
  /** Called with the holder's process id, about every `pollMs`. */
  onWait?(holder: number): void;
  readonly pollMs?: number;
}

/**
 * Runs `work` while holding the lock `file`, waiting for it as long as its holder lives; a lock whose holder is dead
 * is taken over. Released in any case.
 */
export async function withLock<T>(file: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  while (!acquire(file)) {
    const holder = holderOf(file);
    if (holder !== undefined && isAlive(holder)) {
      options.onWait?.(holder);
      await sleep(options.pollMs ?? 500);
    } else {
      breakLock(file, holder);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function acquire(file: string): boolean {
  // A link appears with its content at once; a file that is created and then written can be read empty in between.
  const claim = `${file}.${process.pid}`;
  writeFileSync(claim, String(process.pid));
  try {
    linkSync(claim, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  } finally {
    rmSync(claim, { force: true });
  }
}

function holderOf(file: string): number | undefined {
  try {
    const holder = Number(readFileSync(file, 'utf8'));
    return Number.isSafeInteger(holder) && holder > 0 ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** Moves a dead holder's lock away, and back when it turns out that a living process has taken it meanwhile. */
function breakLock(file: string, deadHolder: number | undefined): void {
  const moved = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, moved);
  } catch {
    return;
  }
  if (holderOf(moved) === deadHolder) {
    rmSync(moved, { force: true });
    return;
  }
  try {
    linkSync(moved, file);
  } finally {
    rmSync(moved, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
