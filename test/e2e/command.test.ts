// The operator as a command: what it says when it cannot start, in one line, and how it ends.
import { spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../control-plane/free-port.ts';
import type { ControlPlane } from '../../control-plane/start.ts';
import { memoryEnv } from '../../operator/config/memory-env.ts';
import { bundle } from '../../scripts/bundle.ts';
import { installChart } from '../support/chart.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { runOperator } from '../support/run-operator.ts';
import { waitFor } from '../support/wait-for.ts';

let controlPlane: ControlPlane;
let kubeconfig: string;
/** The bundle. */
let file: string;

beforeAll(async () => {
  file = await bundle();
  controlPlane = await reusedControlPlane();
  await installChart(controlPlane);
  kubeconfig = await controlPlane.kubeconfigFor({ namespace: 'flux-system', name: 'sluice' });
});

const FREE = [
  '--receiverAddr=127.0.0.1:0',
  '--events-addr=127.0.0.1:0',
  '--health-addr=127.0.0.1:0',
  '--metrics-addr=127.0.0.1:0',
];

/** Runs it to its end. */
async function outcome(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}) {
  const run = await runOperator(args, { KUBECONFIG: kubeconfig, ...env });
  return { code: await run.ended(), stdout: run.stdout(), stderr: run.stderr() };
}

/** Runs the bundle with code before it, as `--import` has Node do. */
function preloaded(code: string, flags: readonly string[], env: NodeJS.ProcessEnv) {
  const args = [...flags, `--import=data:text/javascript,${encodeURIComponent(code)}`, file, '--version'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  return { status, stderr, lines: stdout.trim().split('\n') };
}

describe('a subcommand', () => {
  it('runs without a cluster, and ends with its exit code', () => {
    const run = (...words: string[]) => spawnSync(process.execPath, [file, ...words], { env: {}, encoding: 'utf8' });
    expect(run('explain', '--help')).toMatchObject({ status: 0, stderr: '' });
    const line = 'sluice explain: -f is missing: the file with the Receiver\n';
    expect(run('explain')).toMatchObject({ status: 2, stdout: '', stderr: line });
  });
});

describe('the process', () => {
  const show = `console.log(JSON.stringify([process.pid, process.env.MALLOC_ARENA_MAX, typeof gc]))`;

  it('gives itself the settings of memory where its environment has none, and stays the same process', () => {
    const { status, stderr, lines } = preloaded(show, [], {});
    expect({ status, stderr, last: lines[2] }).toEqual({
      status: 0,
      stderr: '',
      last: expect.stringMatching(/^sluice /),
    });
    const [before, after] = lines.slice(0, 2).map((line) => JSON.parse(line));
    expect(before).toEqual([expect.any(Number), null, 'undefined']);
    expect(after).toEqual([before[0], '1', 'function']);
  });

  it('starts once with those of the image', () => {
    const { status, stderr, lines } = preloaded(show, [], { ...memoryEnv() });
    expect({ status, stderr, lines: lines.length }).toEqual({ status: 0, stderr: '', lines: 2 });
  });

  it('runs without them where it may not replace itself', () => {
    const { status, stderr, lines } = preloaded(show, ['--permission', '--allow-fs-read=*'], {});
    expect({ status, stderr, lines: lines.length }).toEqual({ status: 0, stderr: '', lines: 2 });
  });

  it('says on an old Node in one line which one it needs', () => {
    const old = `Object.defineProperty(process.versions, 'node', { value: '20.20.2' })`;
    expect(preloaded(old, [], {})).toEqual({
      status: 1,
      stderr: 'sluice: needs Node.js 24 or later; this is 20.20.2\n',
      lines: [''],
    });
  });
});

describe('a command line that cannot be followed', () => {
  it.each([
    ['an unknown flag', ['--receiver-adr=:1'], /--receiver-adr.*--receiverAddr/],
    ['a value that is none', ['--concurrent=many'], /--concurrent/],
    ['an address that is none', ['--health-addr=nowhere'], /--health-addr/],
    ['a word that is no flag', ['serve'], /serve/],
    [
      'one port twice',
      ['--health-addr=:9000', '--metrics-addr=:9000'],
      /--health-addr.*--metrics-addr|--metrics-addr.*--health-addr/,
    ],
  ])('%s ends with code 2 and one line', async (_what, args, message) => {
    const { code, stdout, stderr } = await outcome(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^sluice: [^\n]+\n$/);
    expect(stderr).toMatch(message);
  });
});

describe('what is missing around it', () => {
  it('no cluster: one line, code 1', async () => {
    const { code, stderr } = await outcome(FREE, { KUBECONFIG: '/does/not/exist', KUBERNETES_SERVICE_HOST: undefined });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^sluice: [^\n]+\n$/);
  });

  describe('a port', () => {
    let taken: Server;
    let port: number;
    beforeAll(async () => {
      port = await freePort();
      taken = createServer();
      await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
    });
    afterAll(() => void taken?.close());

    it.each(['--receiverAddr', '--health-addr', '--metrics-addr'])('%s taken: one line, code 1', async (flag) => {
      const { code, stderr } = await outcome([...FREE, `${flag}=127.0.0.1:${port}`]);
      expect(code).toBe(1);
      expect(stderr).toBe(`sluice: ${flag} 127.0.0.1:${port}: address already in use\n`);
    });
  });

  it('an API server that is away: it waits, not ready, and ends with SIGTERM', async () => {
    const health = await freePort();
    const away = await freePort();
    const { stdout } = await controlPlane.kubectl(['config', 'view', '--raw', '-o', 'json'], { kubeconfig });
    const file = join(tmpdir(), `sluice-away-${process.pid}.kubeconfig`);
    await writeFile(file, stdout.replace(/https:\/\/127\.0\.0\.1:\d+/, `https://127.0.0.1:${away}`));
    const args = [
      ...FREE.filter((flag) => !flag.startsWith('--health-addr')),
      `--health-addr=127.0.0.1:${health}`,
      '--shutdown-delay=0s',
    ];
    const run = await runOperator(args, { KUBECONFIG: file });
    try {
      const url = `http://127.0.0.1:${health}`;
      await waitFor(
        'it to be alive',
        async () => (await fetch(`${url}/healthz`).catch(() => undefined))?.status === 200,
      );
      const ready = await fetch(`${url}/readyz`);
      expect([ready.status, await ready.text()]).toEqual([503, expect.stringMatching(/not/)]);
    } finally {
      run.kill('SIGTERM');
      expect(await run.ended()).toBe(0);
      await rm(file);
    }
  });
});

describe('--metrics-addr=0', () => {
  it('serves no metrics, and all else, to the end', async () => {
    const health = `127.0.0.1:${await freePort()}`;
    const args = [...FREE, `--health-addr=${health}`, '--metrics-addr=0', '--shutdown-delay=0s'];
    const run = await runOperator(args, { KUBECONFIG: kubeconfig });
    await waitFor('it to be ready', async () => {
      const answer = await fetch(`http://${health}/readyz`).catch(() => undefined);
      return answer?.status === 200;
    });
    run.kill('SIGTERM');
    expect(await run.ended()).toBe(0);
  });
});

describe('what only prints', () => {
  it('--help: every group, and code 0', async () => {
    const { code, stdout, stderr } = await outcome(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const word of ['Servers', 'Leader election', '--receiverAddr', '--no-cross-namespace-refs']) {
      expect(stdout).toContain(word);
    }
  });

  it('--version: one line', async () => {
    const { code, stdout } = await outcome(['--version']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\S[^\n]*\d+\.\d+\.\d+[^\n]*\n$/)]);
  });
});

describe('its log', () => {
  /** Runs it until it is ready. */
  const lineOf = async (args: readonly string[]) => {
    const health = `127.0.0.1:${await freePort()}`;
    const ports = [...FREE, `--health-addr=${health}`, '--shutdown-delay=0s'];
    const run = await runOperator([...ports, ...args], { KUBECONFIG: kubeconfig });
    await waitFor('it to be ready', async () => (await fetch(`http://${health}/readyz`)).ok);
    run.kill('SIGTERM');
    expect(await run.ended()).toBe(0);
    return { stdout: run.stdout(), stderr: run.stderr() };
  };

  it('is JSON with the fields of Flux, and names a flag that does less than it may seem to', async () => {
    const { stdout, stderr } = await lineOf(['--export-http-path-metrics']);
    const lines = `${stdout}${stderr}`
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const line of lines) {
      expect(line).toMatchObject({ level: expect.any(String), ts: expect.any(String), msg: expect.any(String) });
    }
    expect(lines.filter(({ msg }) => String(msg).startsWith('--export-http-path-metrics: '))).toHaveLength(1);
  });

  it('is for people with --log-encoding=console', async () => {
    const { stdout, stderr } = await lineOf(['--log-encoding=console']);
    expect(`${stdout}${stderr}`).not.toMatch(/^\{/m);
  });

  it('says less with --log-level=error', async () => {
    const { stdout, stderr } = await lineOf(['--log-level=error']);
    expect(stdout).toBe('');
    // Receivers of other tests may have theirs.
    for (const line of stderr.split('\n').filter(Boolean)) expect(line).toMatch(/^\{"level":"error"/);
  });
});
