/** What `kubectl sluice …` calls, with a stand-in for kubectl that says how it was called. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const SCRIPT = join(import.meta.dirname, '..', '..', '..', 'bin', 'kubectl-sluice');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubectl-sluice-'));
  writeFileSync(join(folder, 'kubectl'), '#!/bin/sh\nprintf "%s|" "$@"\ncat\n', { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(words: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const PATH = [folder, process.env.PATH].join(delimiter);
  const { stdout, stderr } = spawnSync('sh', [SCRIPT, ...words], {
    env: { PATH, ...env },
    input: '',
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout;
}

it.each<[what: string, words: string[], env: Record<string, string>, called: string]>([
  [
    'the words as they are',
    ['deliveries', 'apps/app', '--verdict', 'a b'],
    {},
    '--namespace|flux-system|exec|--quiet|deploy/sluice|--|sluice|deliveries|apps/app|--verdict|a b|',
  ],
  [
    'another place',
    ['doctor', 'apps/app'],
    { SLUICE_NAMESPACE: 'ops', SLUICE_DEPLOYMENT: 'hooks', SLUICE_CONTEXT: 'my context' },
    '--context|my context|--namespace|ops|exec|--quiet|deploy/hooks|--|sluice|doctor|apps/app|',
  ],
  ['no word', [], {}, '--namespace|flux-system|exec|--quiet|deploy/sluice|--|sluice|help|'],
  [
    'a token, by stdin',
    ['replay', 'apps/app', '1'],
    { SLUICE_TOKEN: 'abc' },
    '--namespace|flux-system|exec|--quiet|--stdin|deploy/sluice|--|sluice|replay|apps/app|1|--token-file|-|abc',
  ],
])('%s', (_what, words, env, called) => {
  expect(run(words, env)).toBe(called);
});
