/** GitHub's own description of its API judges what the types for GitHub send, whatever the event. */
import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { type GitHubJudge, githubJudge } from '../../support/alerts/github-faults.ts';
import { scenarios } from '../../support/alerts/scenarios.ts';
import { runVariation, type Variation } from '../../support/alerts/variations.ts';

const COMMIT = '9d1f0c6b7a3e25d48b90f1c2e4a6873d5b0c9e12';
const SPECIAL = `<b>&"quoted"</b> \\ @everyone #1 *a* \u2028\u0000\ud800 ✓ 👩‍👩‍👧 \r\n/close\n- item`;
const METADATA = { commit: COMMIT, change_request: '12' };
const EVENTS: readonly (readonly [string, Variation])[] = [
  ['a plain event', {}],
  ['an error', { severity: 'error', reason: 'BuildFailed' }],
  ['special characters', { severity: 'error', message: SPECIAL, reason: SPECIAL, metadata: { [SPECIAL]: SPECIAL } }],
  ['a long message', { severity: 'error', message: '🦊<'.repeat(40_000), reason: 'Word'.repeat(2_000) }],
  ['long metadata', { severity: 'error', metadata: { long: 'é'.repeat(100_000) } }],
  ['a long name', { severity: 'error', name: 'n'.repeat(253) }],
];
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const githubAppPrivateKey = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const APP = { ...scenarios.get('github-app')?.secrets?.creds, githubAppPrivateKey };
/** Recorded scenarios. */
const TYPES: readonly (readonly [string, Variation])[] = [
  ['github', {}],
  ['github-same', {}],
  ['github-app', { secrets: { creds: APP } }],
  ['githubdispatch', {}],
  ['githubpullrequestcomment', {}],
  ['githubpullrequestcomment-update', {}],
];

let judge: GitHubJudge;
beforeAll(() => {
  judge = githubJudge();
});

/** As Flux sends them; GitHub has them for the comments of a whole repository and ignores them here. */
const IGNORED = ['there is no parameter direction', 'there is no parameter sort'];

function faultsOf(requests: Awaited<ReturnType<typeof runVariation>>['requests']): readonly string[] {
  return requests.flatMap((request) => judge.faults(request)).filter((fault) => !IGNORED.includes(fault));
}

describe.each(TYPES)('%s', (name, ofType) => {
  test.each(EVENTS)('%s', async (_what, ofEvent) => {
    const metadata = { ...METADATA, ...ofEvent.metadata };
    const { requests, failures } = await runVariation(name, { ...ofType, ...ofEvent, metadata });
    expect(failures).toEqual([]);
    expect(requests.length).toBeGreaterThan(0);
    expect(faultsOf(requests)).toEqual([]);
  });
});

test("GitHub's description says what it objects to", () => {
  const request = { method: 'POST', path: '/repos/acme/ledger/dispatches?page=1' };
  const payload = Object.fromEntries(Array.from({ length: 11 }, (_value, index) => [`key-${index}`, index]));
  const body = JSON.stringify({ event_type: '', client_payload: payload, other: 1 });
  expect(judge.faults({ ...request, body })).toEqual([
    'there is no parameter page',
    'the body has no other',
    'the body: /event_type must NOT have fewer than 1 characters, /client_payload must NOT have more than 10 properties',
  ]);
  expect(judge.faults({ ...request, body: '' })).toContain('the body is missing');
  expect(judge.faults({ method: 'PUT', path: '/repos/acme', body: '' })).toEqual(['there is no PUT /repos/acme']);
});
