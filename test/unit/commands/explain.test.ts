// `sluice explain`: files in, text or JSON out, and an exit code.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../../operator/commands/run-command.ts';

let folder: string;

const RECEIVER = (name: string, more = '') => `
apiVersion: notification.toolkit.fluxcd.io/v1
kind: Receiver
metadata: {name: ${name}, namespace: apps}
spec:
  type: github
  events: [push]
  secretRef: {name: ${name}}
  resourceFilter: req.ref == 'refs/heads/main'
  resources:
  - {kind: GitRepository, name: web}
${more}`;
const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: {name: hook}\n';
const STAR = `  - {kind: GitRepository, name: '*', matchLabels: {team: a}}\n`;
const GIT = (name: string, team: string) =>
  `apiVersion: source.toolkit.fluxcd.io/v1beta2\nkind: GitRepository\nmetadata: {name: ${name}, namespace: apps, labels: {team: ${team}}}\n`;

/** An anchor, of which each next one has ten. */
const bomb = (name: string, value: string) => `${name}: &${name} ${value}\n`;
const before = (name: string) => String.fromCharCode(name.charCodeAt(0) - 1);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'explain-'));
  const files = {
    'one.yaml': `${SECRET}---${RECEIVER('hook')}`,
    'two.yaml': `${RECEIVER('hook')}---${RECEIVER('other', STAR)}`,
    'none.yaml': SECRET,
    'broken.yaml': 'a: [1\nb: }',
    'alias.yaml': 'a: *nowhere',
    'bomb.yaml': `${bomb('a', '[1,1,1,1,1,1,1,1,1,1]')}${'bcdef'.replace(/./g, (name) => bomb(name, `[${Array(10).fill(`*${before(name)}`)}]`))}`,
    'wrong.yaml': RECEIVER('hook').replace("== 'refs", "=== 'refs"),
    'objects.yaml': [GIT('web', 'b'), GIT('api', 'a'), GIT('docs', 'a')].join('---\n'),
    'list.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [] }),
    'main.json': JSON.stringify({ ref: 'refs/heads/main' }),
    'dev.json': JSON.stringify({ ref: 'refs/heads/dev' }),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** A word that ends like a file is one of the folder. */
async function run(...words: readonly string[]) {
  const located = words.map((word) => word.replace(/^(--\w+=)?(\w+[.](?:yaml|json))$/, `$1${folder}/$2`));
  const ended = await runCommand(['explain', ...located], { env: {}, write: () => undefined });
  return { ...ended, stderr: ended?.stderr.replaceAll(`${folder}/`, '') };
}

const PUSH = ['--header', 'X-GitHub-Event: push'];
const ONE = ['-f', 'one.yaml', ...PUSH];

describe('the exit code says whether it is as expected', () => {
  it.each<[string, number, readonly string[]]>([
    ['nothing expected', 0, [...ONE, '--payload', 'dev.json']],
    ['annotated', 0, [...ONE, '--payload', 'main.json', '--expect', 'annotated']],
    ['not annotated', 1, [...ONE, '--payload', 'dev.json', '--expect', 'annotated']],
    ['filtered', 0, [...ONE, '--payload', 'dev.json', '--expect', 'filtered']],
    [
      'the first of two headers',
      0,
      [...ONE, '--header', 'X-GitHub-Event: star', '--payload', 'main.json', '--expect', 'annotated'],
    ],
    [
      'the first of two content types',
      0,
      [
        ...ONE,
        '--header',
        'Content-Type: text/plain',
        '--header',
        'content-type: application/json',
        '--payload',
        'main.json',
        '--expect',
        'refused',
      ],
    ],
    ['an event that is not listed', 0, ['-f', 'one.yaml', '--payload', 'main.json', '--expect', 'refused']],
    [
      'a target that is not there',
      0,
      [...ONE, '--payload', 'main.json', '--objects', 'list.json', '--expect', 'refused'],
    ],
    [
      'one of several',
      1,
      [
        '-f',
        'two.yaml',
        '--name',
        'other',
        ...PUSH,
        '--payload',
        'main.json',
        '--objects',
        'list.json',
        '--expect',
        'annotated',
      ],
    ],
  ])('%s: %i', async (_, status, words) => {
    expect(await run(...words)).toMatchObject({ exitCode: status, stderr: '' });
  });
});

it('selects from the objects as the cluster does, whatever version they are written in', async () => {
  const words = [
    '-f',
    'two.yaml',
    '--name=apps/other',
    ...PUSH,
    '--payload=main.json',
    '--objects=objects.yaml',
    '-ojson',
  ];
  const { targets } = JSON.parse((await run(...words)).stdout ?? '');
  expect(targets.map(({ ref, entry, outcome }: Record<string, string>) => [ref, entry, outcome])).toEqual([
    ['GitRepository/apps/web', 'spec.resources[0]', 'annotated'],
    ['GitRepository/apps/api', 'spec.resources[1]', 'annotated'],
    ['GitRepository/apps/docs', 'spec.resources[1]', 'annotated'],
  ]);
});

it('prints the same text in JSON and beside it', async () => {
  const words = [...ONE, '--payload', 'dev.json'];
  expect(JSON.parse((await run(...words, '-o', 'json')).stdout ?? '').text).toBe((await run(...words)).stdout ?? '');
});

describe('what is wrong is said in one line, with exit code 2', () => {
  it.each<[readonly string[], string]>([
    [[], '-f is missing: the file with the Receiver'],
    [['-f', 'one.yaml'], '--payload is missing: the file with the body of the request'],
    [['-f', 'nowhere.yaml', '--payload', 'main.json'], 'nowhere.yaml: no such file'],
    [['-f', 'one.yaml', '--payload', 'nowhere.json'], 'nowhere.json: no such file'],
    [['-f', 'none.yaml', '--payload', 'main.json'], 'none.yaml: it has no Receiver'],
    [['-f', 'one.yaml', '--name', 'x', '--payload', 'main.json'], 'one.yaml: it has no Receiver x'],
    [
      ['-f', 'two.yaml', '--payload', 'main.json'],
      'two.yaml: it has several Receivers (apps/hook, apps/other); choose one with --name',
    ],
    [
      ['-f', 'wrong.yaml', '--payload', 'main.json'],
      'wrong.yaml: Receiver hook: spec.resourceFilter: 1:11: an unexpected character',
    ],
    [
      ['-f', 'alias.yaml', '--payload', 'main.json'],
      'alias.yaml: Unresolved alias (the anchor must be set before the alias): nowhere',
    ],
    [
      ['-f', 'bomb.yaml', '--payload', 'main.json'],
      'bomb.yaml: Excessive alias count indicates a resource exhaustion attack',
    ],
    [['--what'], "Unknown option '--what'; --help lists what there is"],
    [
      [...ONE, '--payload', 'main.json', '--expect', 'ok'],
      '--expect must be one of annotated, filtered, refused, ignored; it is ok',
    ],
    [['-f', 'one.yaml', '--payload', 'main.json', '--header', 'push'], `--header must be 'Name: value'; it is "push"`],
  ])('%s', async (words, message) => {
    expect(await run(...words)).toEqual({ exitCode: 2, stdout: '', stderr: `sluice explain: ${message}\n` });
  });

  it('a file that is no YAML', async () => {
    const { exitCode, stderr = '' } = await run('-f', 'broken.yaml', '--payload', 'main.json');
    expect({ exitCode, lines: stderr.trim().split('\n').length }).toEqual({ exitCode: 2, lines: 1 });
    expect(stderr).toMatch(/^sluice explain: broken.yaml: .* line \d+/);
  });

  it('help is no error', async () => {
    expect(await run('--help')).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringContaining('--expect OUTCOME'),
    });
  });
});
