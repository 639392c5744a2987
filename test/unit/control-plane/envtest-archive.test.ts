import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EnvtestRelease, ensureEnvtest } from '../../../control-plane/envtest-archive.ts';

const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
const version = 'v9.9.9';

let server: Server;
let baseUrl: string;
let archive: Buffer;
let requests: string[];
let folder: string;

beforeAll(async () => {
  archive = await makeArchive();
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const known = request.url === `/releases/envtest-${version}/envtest-${version}-${platform}.tar.gz`;
    response.statusCode = known ? 200 : 404;
    response.end(known ? archive : undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/releases`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests = [];
  folder = mkdtempSync(join(tmpdir(), 'sluice-envtest-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An archive with the layout of the published ones. */
async function makeArchive(): Promise<Buffer> {
  const place = mkdtempSync(join(tmpdir(), 'sluice-envtest-archive-'));
  const programs = join(place, 'controller-tools', 'envtest');
  mkdirSync(programs, { recursive: true });
  for (const name of ['etcd', 'kube-apiserver', 'kubectl']) {
    writeFileSync(join(programs, name), `#!/bin/sh\necho ${name}\n`, { mode: 0o755 });
  }
  const made = spawnSync('tar', ['-czf', join(place, 'archive'), '-C', place, 'controller-tools']);
  expect(made.status).toBe(0);
  const bytes = readFileSync(join(place, 'archive'));
  rmSync(place, { recursive: true });
  return bytes;
}

function release(change: Partial<EnvtestRelease> = {}): EnvtestRelease {
  const checksum = createHash('sha512').update(archive).digest('hex');
  return { version, baseUrl, checksums: { [platform]: checksum }, ...change };
}

describe('ensureEnvtest', () => {
  it('downloads, unpacks and keeps the programs', async () => {
    const lines: string[] = [];
    const options = { progress: (line: string) => lines.push(line), release: release(), cache: folder };
    const programs = await ensureEnvtest(options);
    expect(readdirSync(programs).sort()).toEqual(['etcd', 'kube-apiserver', 'kubectl']);
    expect(spawnSync(join(programs, 'etcd'), { encoding: 'utf8' }).stdout).toBe('etcd\n');
    expect(lines).toEqual([`downloading ${baseUrl}/envtest-${version}/envtest-${version}-${platform}.tar.gz`]);
    expect(await ensureEnvtest(options)).toBe(programs);
    expect(requests).toHaveLength(1);
  });

  it('downloads once for two runs at once', async () => {
    const options = { progress: () => undefined, release: release(), cache: folder };
    const [first, second] = await Promise.all([ensureEnvtest(options), ensureEnvtest(options)]);
    expect(first).toBe(second);
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['other bytes than were published', () => release({ checksums: { [platform]: 'f'.repeat(128) } }), /not what was/],
    ['a version that is not there', () => release({ version: 'v0.0.1' }), /cannot be downloaded: the answer is 404/],
    ['a host that does not answer', () => release({ baseUrl: 'http://127.0.0.1:9' }), /cannot be downloaded/],
    ['a platform that is not published', () => release({ checksums: {} }), /publishes no test programs for/],
  ])('refuses %s and keeps nothing', async (_name, made, message) => {
    const pinned = made();
    const getting = ensureEnvtest({ progress: () => undefined, release: pinned, cache: folder });
    await expect(getting).rejects.toThrow(message);
    expect(existsSync(folder) && readdirSync(folder)).toEqual([]);
  });
});
