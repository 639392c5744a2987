/** `npm run audit` with npm itself, and a registry of the test. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');

describe('npm run audit', () => {
  /** `advisories` undefined: a registry without audits. */
  async function audit(advisories: object | undefined): Promise<{ code: unknown; line: string }> {
    const registry = createServer((request, response) => {
      request.resume();
      const isAudit = request.method === 'POST';
      if (isAudit && advisories === undefined) response.statusCode = 405;
      const name = decodeURIComponent(request.url?.slice(1) ?? '');
      response.end(JSON.stringify(isAudit ? (advisories ?? {}) : { name, versions: {} }));
    });
    registry.listen(0, '127.0.0.1');
    await once(registry, 'listening');
    const { port } = registry.address() as AddressInfo;
    // npm remembers advisories, and must not remember these.
    const cache = mkdtempSync(join(tmpdir(), 'sluice-npm-'));
    const env = { ...process.env, npm_config_registry: `http://127.0.0.1:${port}`, npm_config_cache: cache };
    const child = spawn(process.execPath, ['scripts/audit.ts'], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    registry.closeAllConnections();
    registry.close();
    rmSync(cache, { recursive: true });
    return { code, line };
  }

  const advisory = (severity: string) => ({
    id: 1,
    url: 'https://example.com/advisory',
    title: 'a hole',
    severity,
    vulnerable_versions: '>=0',
    cwe: [],
    cvss: { score: 0, vectorString: null },
  });

  it.each([
    ['passes, and says so, where nobody answers it', undefined, 0, /^audit skipped, [^\n]*405[^\n]*\n$/],
    ['passes without advisories', {}, 0, /^audit: no severe advisory, 0 others\n$/],
    ['passes with a low one', { express: [advisory('low')] }, 0, /^audit: no severe advisory, 1 others\n$/],
    ['fails with a severe one', { express: [advisory('high')] }, 1, /^audit: severe advisories on express\n$/],
    ['passes with one on what only builds', { vitest: [advisory('critical')] }, 0, /^audit: no severe/],
  ] as const)('%s', async (_name, advisories, code, line) => {
    expect(await audit(advisories)).toEqual({ code, line: expect.stringMatching(line) });
  });
});
