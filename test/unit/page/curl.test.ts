// A delivery as commands for a shell.
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webhookTypes } from '../../../operator/webhooks/index.ts';
import type { RecordView } from '../../../page/api/types.ts';
import { curlOf } from '../../../page/words/curl.ts';
import { sampleOf } from '../../../page/words/samples.ts';

const URL = "https://hooks.example.com/hook/it's";
const TOKEN = 'a token with "quotes" and $dollars';
const BODY = '{\n  "ref": "`id` $(id) \'x\'"\n}';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-curl-'));
  // In place of curl: says what it was given, an argument a line.
  writeFileSync(join(folder, 'curl'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true }));

function view(type: string, event: string): RecordView {
  return { type, event } as RecordView;
}

/** What curl is given when somebody pastes the commands into a shell. */
function pasted(commands: string): readonly string[] {
  const env = { PATH: `${folder}${delimiter}${process.env.PATH}`, TOKEN, WEBHOOK_URL: 'http://127.0.0.1/hook/1' };
  return execFileSync('sh', ['-c', commands], { cwd: folder, env, encoding: 'utf8' }).trim().split('\n');
}

describe('copied as curl', () => {
  it('signs the kept body with the token of the environment', () => {
    const signature = createHmac('sha256', TOKEN).update(`${BODY}\n`).digest('hex');
    expect(pasted(curlOf(view('github', 'push'), URL, BODY))).toEqual([
      ...['-X', 'POST', URL],
      ...['-H', 'Content-Type: application/json', '-H', 'X-GitHub-Event: push'],
      ...['-H', `X-Hub-Signature-256: sha256=${signature}`, '--data-binary', '@payload.json'],
    ]);
  });

  it('sends the token where the type wants it as it is', () => {
    expect(pasted(curlOf(view('gitlab', 'Push Hook'), URL, BODY))).toContain(`X-Gitlab-Token: ${TOKEN}`);
  });

  it.each([...webhookTypes.values()].filter(({ provedByToken }) => provedByToken === true))(
    'is genuine to a Receiver of type $name',
    async ({ name, prepare }) => {
      const { event, payload } = sampleOf(name);
      const body = JSON.stringify(payload, null, 2);
      const given = pasted(curlOf(view(name, event), URL, body));
      const sent = given.filter((_argument, place) => given[place - 1] === '-H').map((header) => header.split(': '));
      const headers = Object.fromEntries(sent.map(([header = '', value = '']) => [header.toLowerCase(), value]));
      const token = Buffer.from(TOKEN);
      const verifier = prepare({ token, secret: { token }, oidcProviders: [] });
      const judge = verifier.head({ method: 'POST', headers, rawHeaders: sent.flat() });
      expect(await judge(Buffer.from(`${body}\n`))).toBeDefined();
    },
  );

  it('runs nothing that a sender has chosen', () => {
    const event = 'x\'; touch ran; $(touch ran) `touch ran` "';
    expect(pasted(curlOf(view('github', event), URL, BODY))).toContain(`X-GitHub-Event: ${event}`);
    expect(execFileSync('ls', [folder], { encoding: 'utf8' })).not.toContain('ran');
  });

  it('has placeholders where the URL and the body are not known', () => {
    const command = curlOf(view('generic', ''), '', '');
    expect(command).toContain('"$WEBHOOK_URL"');
    expect(command).not.toContain('END_OF_PAYLOAD');
  });
});
