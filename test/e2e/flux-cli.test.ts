// The flux CLI, unmodified, against the operator: what a Flux user types, and what they then read.
import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { GoBuildError } from '../../control-plane/go-build.ts';
import { lineProgress } from '../../control-plane/progress.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { findFluxCli } from '../support/flux-cli.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, signed, TOKEN, type World } from '../support/world.ts';

/** Only stops what hangs: a first build on a busy machine takes long. */
const BUILD_WITHIN_MS = 90 * 60_000;

let world: World;
let cli: string | undefined;
let missing: string | undefined;

beforeAll(async () => {
  try {
    cli = await findFluxCli(lineProgress());
  } catch (error) {
    if (!(error instanceof GoBuildError)) throw error;
    missing = `no flux CLI: ${error.message}`;
  }
  world = await createWorld(await reusedControlPlane());
  await world.secret('webhook-token', { token: TOKEN });
  await world.target('GitRepository', 'my-nginx');
}, BUILD_WITHIN_MS);
afterAll(() => world?.end());

/** Runs it in the world's namespace. What it reports goes to standard error, tables to standard output. */
async function flux(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const all = [...args, '--namespace', world.namespace, '--kubeconfig', world.controlPlane.adminKubeconfig];
  const child = spawn(cli ?? '', all, { stdio: ['ignore', 'pipe', 'pipe'] });
  const code = new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? 1)));
  const [stdout, stderr] = await Promise.all([buffer(child.stdout), buffer(child.stderr)]);
  return { code: await code, stdout: stdout.toString(), stderr: stderr.toString() };
}

const needsCli = ({ skip }: TestContext): void => {
  if (missing !== undefined) skip(missing);
};

const GUIDE = ['--type', 'github', '--event', 'ping,push', '--resource', 'GitRepository/my-nginx'];
const cells = (line = ''): string[] => line.split('\t').map((cell) => cell.trim());

describe('flux', () => {
  it('creates the guide’s Receiver, waits until it is ready, and says its path', async (ctx) => {
    needsCli(ctx);
    const created = await flux('create', 'receiver', 'github-receiver', ...GUIDE, '--secret-ref', 'webhook-token');
    expect(created).toMatchObject({ code: 0 });
    const path = (await world.read('github-receiver')).status?.webhookPath ?? '';
    expect(created.stderr).toContain('Receiver github-receiver is ready');
    expect(created.stderr).toContain(`generated webhook URL ${path}`);
    expect((await world.post(path, signed({}, 'push'))).status).toBe(200);
  });

  it('lists it as its users know it', async (ctx) => {
    needsCli(ctx);
    const { stdout } = await flux('get', 'receivers', 'github-receiver');
    const [head, row] = stdout.split('\n');
    expect(cells(head).slice(0, 4)).toEqual(['NAME', 'SUSPENDED', 'READY', 'MESSAGE']);
    const path = (await world.read('github-receiver')).status?.webhookPath;
    expect(cells(row).slice(0, 4)).toEqual([
      'github-receiver',
      'False',
      'True',
      `Receiver initialized for path: ${path}`,
    ]);
  });

  it('has it reconciled, and sees that it was', async (ctx) => {
    needsCli(ctx);
    const { code, stderr } = await flux('reconcile', 'receiver', 'github-receiver', '--timeout', '30s');
    expect([code, stderr]).toEqual([0, expect.stringContaining('Receiver reconciliation completed')]);
  });

  it('suspends and resumes it', async (ctx) => {
    needsCli(ctx);
    const path = (await world.read('github-receiver')).status?.webhookPath ?? '';
    expect(await flux('suspend', 'receiver', 'github-receiver')).toMatchObject({ code: 0 });
    await waitFor('503', async () => (await world.post(path, signed({}))).status === 503);
    expect(cells((await flux('get', 'receivers')).stdout.split('\n')[1])).toContain('True');
    const resumed = await flux('resume', 'receiver', 'github-receiver', '--timeout', '30s');
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining('Receiver reconciliation completed')]);
    expect((await world.post(path, signed({}))).status).toBe(200);
  });

  it('shows its event', async (ctx) => {
    needsCli(ctx);
    const table = await waitFor('the event', async () => {
      const { stdout } = await flux('events', '--for', 'Receiver/github-receiver');
      return stdout.includes('Succeeded') && stdout;
    });
    expect(table).toContain('Reconciliation finished, next run in 10m0s');
  });

  it('says why one is not ready, and goes on waiting for what may come', async (ctx) => {
    needsCli(ctx);
    const args = [...GUIDE, '--secret-ref', 'not-there', '--timeout', '3s'];
    const created = await flux('create', 'receiver', 'waiting', ...args);
    expect(created.code).not.toBe(0);
    expect((await flux('get', 'receivers', 'waiting')).stdout).toMatch(/waiting\s+False\s+False\s+Secret .* not found/);
  });

  it('exports and deletes it', async (ctx) => {
    needsCli(ctx);
    const { stdout } = await flux('export', 'receiver', 'github-receiver');
    expect(stdout).toContain('kind: Receiver');
    expect(stdout).toContain('name: webhook-token');
    expect(await flux('delete', 'receiver', 'github-receiver', '--silent')).toMatchObject({ code: 0 });
    expect((await flux('get', 'receivers')).stdout).not.toContain('github-receiver');
  });
});

describe('flux, for alerts', () => {
  const source = ['--event-source', 'Kustomization/*'];

  it('creates a Provider and an Alert, and finds both ready', async (ctx) => {
    needsCli(ctx);
    const address = ['--address', 'https://hooks.example.com/hook'];
    const provider = await flux('create', 'alert-provider', 'hook', '--type', 'generic', ...address);
    expect([provider.code, provider.stderr]).toEqual([0, expect.stringContaining('Provider hook is ready')]);
    const alert = await flux('create', 'alert', 'all', '--provider-ref', 'hook', ...source);
    expect([alert.code, alert.stderr]).toEqual([0, expect.stringContaining('Alert all is ready')]);
    const severity = await world.kubectl('get', 'alert', 'all', '-o', 'jsonpath={.spec.eventSeverity}');
    expect(severity).toBe('info');
  });

  it('changes the Provider, whose annotations stay', async (ctx) => {
    needsCli(ctx);
    await world.kubectl('annotate', 'provider', 'hook', 'example.com/owner=team');
    const address = ['--address', 'https://hooks.example.com/other'];
    expect(await flux('create', 'alert-provider', 'hook', '--type', 'slack', ...address)).toMatchObject({ code: 0 });
    const provider = JSON.parse(await world.kubectl('get', 'provider', 'hook', '-o', 'json'));
    expect(provider.spec).toEqual({ type: 'slack', address: 'https://hooks.example.com/other' });
    expect(provider.metadata.annotations).toMatchObject({ 'example.com/owner': 'team' });
  });

  it('lists both as its users know them', async (ctx) => {
    needsCli(ctx);
    const [head, row] = (await flux('get', 'alerts', 'all')).stdout.split('\n');
    expect(cells(head).slice(0, 4)).toEqual(['NAME', 'SUSPENDED', 'READY', 'MESSAGE']);
    expect(cells(row).slice(0, 4)).toEqual(['all', 'False', 'True', 'Alert is Ready']);
    const [, provider] = (await flux('get', 'alert-providers', 'hook')).stdout.split('\n');
    expect(cells(provider).slice(0, 3)).toEqual(['hook', 'True', 'Provider is Ready']);
  });

  it('suspends and resumes the Alert', async (ctx) => {
    needsCli(ctx);
    expect(await flux('suspend', 'alert', 'all')).toMatchObject({ code: 0 });
    expect(cells((await flux('get', 'alerts', 'all')).stdout.split('\n')[1])[1]).toBe('True');
    const resumed = await flux('resume', 'alert', 'all', '--timeout', '30s');
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining('Alert reconciliation completed')]);
  });

  it('exports and deletes both', async (ctx) => {
    needsCli(ctx);
    expect((await flux('export', 'alert', 'all')).stdout).toContain('kind: Alert');
    expect((await flux('export', 'alert-provider', 'hook')).stdout).toContain('kind: Provider');
    expect(await flux('delete', 'alert', 'all', '--silent')).toMatchObject({ code: 0 });
    expect(await flux('delete', 'alert-provider', 'hook', '--silent')).toMatchObject({ code: 0 });
    expect((await flux('get', 'alerts')).stdout).not.toContain('all');
  });
});
