import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const RUN = join(import.meta.dirname, '..', '..', '..', 'scripts', 'run.mjs');

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'sluice-run-'));
  mkdirSync(join(project, 'scripts'));
  copyFileSync(RUN, join(project, 'scripts', 'run.mjs'));
  write('script.ts', 'const words: string[] = process.argv.slice(2); console.log(words.join("+"));');
  write('tiny/package.json', JSON.stringify({ name: 'tiny', version: '1.0.0' }));
  write('package.json', JSON.stringify({ name: 'project', version: '1.0.0', dependencies: { tiny: 'file:./tiny' } }));
  writeLock('1.0.0');
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

function write(name: string, content: string): void {
  const file = join(project, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
}

function writeLock(tinyVersion: string): void {
  const packages = {
    '': { name: 'project', version: '1.0.0', dependencies: { tiny: 'file:./tiny' } },
    'node_modules/tiny': { resolved: 'tiny', link: true },
    tiny: { version: tinyVersion },
  };
  write('package-lock.json', JSON.stringify({ name: 'project', version: '1.0.0', lockfileVersion: 3, packages }));
}

/** Makes node_modules look as if the lock file had been installed, without a call of npm. */
function pretendInstalled(): void {
  const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
  delete packages[''];
  write('node_modules/.package-lock.json', JSON.stringify({ packages }));
}

function start(...args: string[]) {
  const env = { PATH: process.env.PATH, HOME: project };
  return spawn(process.execPath, [join('scripts', 'run.mjs'), ...args], { cwd: project, env });
}

async function run(...args: string[]) {
  const child = start(...args);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { stdout, stderr, code };
}

describe('run.mjs', () => {
  it('installs what is missing, once, and again when the lock file has changed', async () => {
    const installing = expect.stringContaining('installing the dependencies');
    expect(await run('script.ts')).toMatchObject({ code: 0, stderr: installing });
    expect(existsSync(join(project, 'node_modules', 'tiny', 'package.json'))).toBe(true);
    expect(await run('script.ts')).toEqual({ code: 0, stdout: '\n', stderr: '' });
    write('tiny/package.json', JSON.stringify({ name: 'tiny', version: '2.0.0' }));
    writeLock('2.0.0');
    expect(await run('script.ts')).toMatchObject({ code: 0, stderr: installing });
  });

  it('says so in one line when the installation fails', async () => {
    write('package-lock.json', '{}');
    const { code, stderr } = await run('script.ts');
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe('sluice: npm ci failed');
  });

  it('does not miss an optional package of another platform', async () => {
    pretendInstalled();
    const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
    lock.packages['node_modules/node-plan9'] = { version: '1.0.0', optional: true };
    write('package-lock.json', JSON.stringify(lock));
    expect((await run('script.ts')).stderr).toBe('');
  });

  it('passes arguments on as they are', async () => {
    pretendInstalled();
    expect((await run('script.ts', 'two words', '--once')).stdout).toBe('two words+--once\n');
  });

  it('ends with the exit code of the script', async () => {
    pretendInstalled();
    write('script.ts', 'process.exitCode = 7;');
    expect((await run('script.ts')).code).toBe(7);
  });

  it('says how to call it when called with nothing', async () => {
    expect(await run()).toEqual({
      code: 1,
      stdout: '',
      stderr: 'sluice: usage: node scripts/run.mjs <script.ts> [arguments]\n',
    });
  });

  describe('with another Node than the pinned one', () => {
    beforeEach(() => {
      pretendInstalled();
      const pinned = join(project, 'node_modules', '.bin', 'node');
      write('node_modules/.bin/node', `#!/bin/sh\nPINNED=yes exec ${process.execPath} "$@"\n`);
      chmodSync(pinned, 0o755);
    });

    it('runs the script with the pinned one, with arguments and exit code', async () => {
      write('script.ts', 'console.log(process.env.PINNED, ...process.argv.slice(2)); process.exit(7);');
      expect(await run('script.ts', 'two words')).toEqual({ code: 7, stdout: 'yes two words\n', stderr: '' });
    });

    it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('passes %s on and waits for the script', async (signal) => {
      write(
        'script.ts',
        `process.on('${signal}', () => { console.log('stopped cleanly'); process.exit(3); });
         setInterval(() => undefined, 1000); console.log('ready');`,
      );
      const child = start('script.ts');
      const said: Promise<string> = text(child.stdout);
      await once(child.stdout, 'data');
      child.kill(signal);
      const [code] = await once(child, 'exit');
      expect(code).toBe(3);
      expect(await said).toContain('stopped cleanly');
    });
  });
});
