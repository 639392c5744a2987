import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from '../../../control-plane/build-lock.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-lock-'));
  file = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const LOCK_MODULE = join(import.meta.dirname, '..', '..', '..', 'control-plane', 'build-lock.ts');

/** A process that takes the lock, appends `in`, waits, appends `out`. */
async function runCompetitor(log: string): Promise<void> {
  const code = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { withLock } from ${JSON.stringify(LOCK_MODULE)};
    await withLock(${JSON.stringify(file)}, async () => {
      appendFileSync(${JSON.stringify(log)}, 'in ');
      await sleep(30);
      appendFileSync(${JSON.stringify(log)}, 'out ');
    }, { pollMs: 5 });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'inherit' });
  const [exitCode] = await once(child, 'exit');
  expect(exitCode).toBe(0);
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? Number.NaN;
}

describe('withLock', () => {
  it('lets one process in at a time', async () => {
    const log = join(folder, 'log');
    await Promise.all([1, 2, 3, 4].map(() => runCompetitor(log)));
    expect(readFileSync(log, 'utf8')).toBe('in out '.repeat(4));
  });

  it('makes the folder, returns what the work returns and releases', async () => {
    const nested = join(folder, 'new', 'lock');
    expect(await withLock(nested, async () => 42)).toBe(42);
    expect(existsSync(nested)).toBe(false);
  });

  it('releases when the work fails', async () => {
    const failing = withLock(file, async () => {
      throw new Error('no compiler');
    });
    await expect(failing).rejects.toThrow('no compiler');
    expect(existsSync(file)).toBe(false);
  });

  it('takes over the lock of a process that is dead', async () => {
    writeFileSync(file, String(await deadPid()));
    expect(await withLock(file, async () => 'mine')).toBe('mine');
  });

  it.each(['', 'no number', '-1'])('takes over a lock file that holds %j', async (content) => {
    writeFileSync(file, content);
    expect(await withLock(file, async () => 'mine')).toBe('mine');
  });

  it('waits for a living holder and names it', async () => {
    writeFileSync(file, String(process.pid));
    const holders: number[] = [];
    const onWait = (holder: number): void => {
      holders.push(holder);
      rmSync(file);
    };
    expect(await withLock(file, async () => 'mine', { onWait, pollMs: 1 })).toBe('mine');
    expect(holders).toEqual([process.pid]);
  });

  it('fails when the lock cannot be written', async () => {
    mkdirSync(join(folder, `lock.${process.pid}`));
    await expect(withLock(file, async () => 'mine')).rejects.toThrow();
  });
});
