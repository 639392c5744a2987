/** Nothing outlives the demo or another run with a control plane, whichever of its processes is ended, and how. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');

interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** All processes, from /proc. */
function processes(): Seen[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [, parent = ''] = /^\d+ \(.*\) \S (\d+) /s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        // A zombie has no command line.
        return command === '' ? [] : [{ pid: Number(name), parent: Number(parent), command }];
      } catch {
        return [];
      }
    });
}

/** A process and all below it. */
function treeOf(pid: number, all = processes()): Seen[] {
  const own = all.filter((each) => each.pid === pid);
  return [...own, ...all.filter(({ parent }) => parent === pid).flatMap((child) => treeOf(child.pid, all))];
}

const alive = (seen: readonly Seen[]): string[] => {
  const now = processes();
  return seen
    .filter(({ pid, command }) => now.some((each) => each.pid === pid && each.command === command))
    .map(({ command }) => command);
};

interface Run {
  readonly npm: ChildProcess;
  readonly output: string;
  readonly tree: readonly Seen[];
}

let started: ChildProcess | undefined;

async function start(folder: string, script: string, until: string): Promise<Run> {
  const npm = spawn('npm', ['run', '-s', script], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  started = npm;
  let output = '';
  npm.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await expect.poll(() => output).toContain(until);
  return { npm, output, tree: treeOf(npm.pid ?? 0) };
}

/** Sends a signal to one process of a run, or to the foreground group, and waits for the end of all. */
async function end({ npm, tree }: Run, victim: RegExp | undefined, signal: NodeJS.Signals): Promise<void> {
  if (victim === undefined) process.kill(-(npm.pid ?? 0), signal);
  else process.kill(pidOf(tree, victim), signal);
  await expect.poll(() => alive(tree)).toEqual([]);
}

function pidOf(tree: readonly Seen[], victim: RegExp): number {
  const found = tree.find(({ command }) => victim.test(command));
  if (found === undefined) throw new Error(`${victim} is none of ${tree.map(({ command }) => command).join('\n')}`);
  return found.pid;
}

afterEach(() => void started?.kill('SIGKILL'));

// By the command line, from the outermost to the innermost.
const NPM = /^npm |^\S*node \S*npm/;
const RUN = /^\S*node scripts\/run\.mjs/;
const SCRIPT = /^\S*node \/\S*script\.ts$/;

describe.runIf(existsSync('/proc/self/stat'))('a run with a guarded process', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-chain-'));
    mkdirSync(join(folder, 'scripts'));
    mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
    const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);
    write('scripts/run.mjs', readFileSync(join(ROOT, 'scripts', 'run.mjs'), 'utf8'));
    write('package-lock.json', JSON.stringify({ packages: {} }));
    write('node_modules/.package-lock.json', JSON.stringify({ packages: {} }));
    write('package.json', JSON.stringify({ type: 'module', scripts: { chain: 'node scripts/run.mjs script.ts' } }));
    // Another file than the running Node, so that run.mjs and the script are two processes.
    const pinned = join(folder, 'node_modules', '.bin', 'node');
    writeFileSync(pinned, `#!/bin/sh\nexec ${process.execPath} "$@"\n`, { mode: 0o755 });
    write(
      'script.ts',
      `import { spawn } from 'node:child_process';
       import { endWithParent } from '${ROOT}/control-plane/end-with-parent.ts';
       import { createRunFolder } from '${ROOT}/control-plane/run-folder.ts';
       endWithParent();
       const folder = createRunFolder();
       folder.guard(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000) // guarded'], { detached: true }));
       setInterval(() => undefined, 1_000);
       console.log('started', folder.path);`,
    );
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['npm', 'SIGTERM', NPM],
    ['all that a terminal reaches', 'SIGINT', undefined],
    ['npm', 'SIGHUP', NPM],
    ['npm', 'SIGKILL', NPM],
    ['run.mjs', 'SIGTERM', RUN],
    ['run.mjs', 'SIGKILL', RUN],
    ['the script', 'SIGTERM', SCRIPT],
    ['the script', 'SIGKILL', SCRIPT],
  ] as const)('ends as a whole, and removes its folder, when %s gets %s', async (_name, signal, victim) => {
    const run = await start(folder, 'chain', 'started');
    expect(run.tree.map(({ command }) => command)).toEqual(
      expect.arrayContaining([expect.stringContaining('guarded')]),
    );
    await end(run, victim, signal);
    const own = run.output.trim().split(' ').at(-1) ?? '';
    expect(own).toContain('sluice-control-plane-');
    await expect.poll(() => existsSync(own)).toBe(false);
  });
});

describe.runIf(existsSync('/proc/self/stat'))('npm run demo', () => {
  it.each([
    ['npm', 'SIGTERM', NPM],
    ['the demo', 'SIGKILL', /^\S*node .*scripts\/demo\.ts$/],
  ] as const)('prints short commands and leaves nothing behind when %s gets %s', async (_name, signal, victim) => {
    const run = await start(ROOT, 'demo', '/readyz');
    const invitation = run.output.slice(run.output.indexOf('Yours to play with'));
    const [, headers = '', payload = ''] =
      /curl -i -H @(\S+) --data-binary @(\S+) http:\S+\/hook\//.exec(invitation) ?? [];
    expect([existsSync(headers), existsSync(payload)]).toEqual([true, true]);
    const [, event = '', events = ''] = /curl -i --data-binary @(\S+) (http:\S+)/.exec(invitation) ?? [];
    const { status } = await fetch(events, { method: 'POST', body: readFileSync(event) });
    expect(status).toBe(202);
    expect(Math.max(...invitation.split('\n').map((line) => line.length))).toBeLessThan(320);
    for (const word of ['export KUBECONFIG=', 'logs ', 'metrics ', 'health ']) expect(invitation).toContain(word);
    for (const part of ['kube-apiserver', 'etcd', 'kube-controller-manager', 'operator.js', 'watchdog.sh']) {
      expect(run.tree.map(({ command }) => command).join('\n')).toContain(part);
    }
    await end(run, victim, signal);
    await expect.poll(() => existsSync(join(payload, '..'))).toBe(false);
  });
});
