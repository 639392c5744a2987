// A record as a chain of links, and the first one that is not done.
import { describe, expect, it } from 'vitest';
import type { RecordView, TargetResult } from '../../../page/api/types.ts';
import { chainOf } from '../../../page/words/chain.ts';

const AT = '2026-11-26T10:02:11.000Z';
const REVISION = '4a5f2c1e0d9b8a7c6f5e4d3c2b1a09f8e7d6c5b4';
const BEFORE = '0d1e2f3a4b5c6d7e8f900112233445566778899a';

function record(change: Partial<RecordView>): RecordView {
  return {
    id: '1',
    at: AT,
    lastAt: AT,
    ms: 3,
    bytes: 10,
    replica: 'sluice-0',
    object: { kind: 'Receiver', namespace: 'apps', name: 'app' },
    type: 'github',
    event: 'push',
    origin: 'http',
    verdict: 'accepted',
    code: 'Delivered',
    repeated: 1,
    credential: 'token',
    targets: [],
    targetCounts: {},
    ...change,
  };
}

function target(change: Partial<TargetResult>): TargetResult {
  return { ref: 'GitRepository/apps/app', outcome: 'annotated', requestedAt: '2026-11-26T10:02:11.400Z', ...change };
}

/** `Pushed done, Verified broken` */
function linksOf(view: RecordView): string {
  return chainOf(view)
    .links.map(({ name, state }) => `${name} ${state}`)
    .join(', ');
}

const handledAt = '2026-11-26T10:02:12Z';
const artifactAt = '2026-11-26T10:02:13Z';
const appliedAt = '2026-11-26T10:02:18Z';
const revision = `main@sha1:${REVISION}`;

describe('the chain of a webhook', () => {
  it('goes from the push to what is applied', () => {
    const follow = { state: 'fresh', handledAt, artifactAt, appliedAt, revision } as const;
    const announced = { ref: 'refs/heads/main', before: BEFORE, revision: REVISION };
    const { links, sentence } = chainOf(record({ ms: 500, announced, targets: [target({ follow })], follow }));
    expect(links).toEqual([
      { name: 'Pushed', state: 'done', at: AT, detail: 'push main@4a5f2c1' },
      // Before it was annotated: nobody notes when.
      { name: 'Verified', state: 'done', at: '2026-11-26T10:02:11.400Z', upTo: true, detail: 'by token' },
      { name: 'Annotated', state: 'done', at: '2026-11-26T10:02:11.400Z', detail: 'GitRepository app' },
      { name: 'Handled', state: 'done', at: handledAt, detail: '' },
      { name: 'Fetched', state: 'done', at: artifactAt, detail: 'main@4a5f2c1' },
      { name: 'Applied', state: 'done', at: appliedAt, detail: '' },
    ]);
    expect(sentence).toBeUndefined();
  });

  it.each<[string, Partial<RecordView>, string]>([
    ['PathWithdrawn', { verdict: 'refused' }, 'Received broken, Verified unknown, Annotated unknown'],
    ['BodyTooLarge', { verdict: 'refused' }, 'Received broken, Verified unknown, Annotated unknown'],
    ['SignatureMismatch', { verdict: 'refused' }, 'Received done, Verified broken, Annotated unknown'],
    ['TokenRejected', { verdict: 'refused' }, 'Received done, Verified broken, Annotated unknown'],
    ['PayloadInvalid', { verdict: 'refused' }, 'Received done, Verified broken, Annotated unknown'],
    ['EventNotListed', { verdict: 'refused' }, 'Received done, Verified done, Annotated broken'],
    ['EventNotListed', { verdict: 'ignored' }, 'Received done, Verified done, Annotated stopped'],
    ['FilterFailed', { verdict: 'refused' }, 'Received done, Verified done, Annotated broken'],
    ['TargetNotFound', { verdict: 'refused' }, 'Received done, Verified done, Annotated broken'],
    ['PendingFull', { verdict: 'refused' }, 'Received done, Verified done, Annotated broken'],
    ['poison', { verdict: 'refused', origin: 'broker' }, 'Received done, Verified done, Annotated broken'],
    ['away', { verdict: 'pending', origin: 'broker' }, 'Received done, Verified done, Annotated waiting'],
  ])('%s is broken where it was refused: %o', (code, change, links) => {
    const view = record({ code, ...change });
    expect(linksOf(view)).toBe(links);
    expect(chainOf(view).sentence?.text).toMatch(/^(?:[A-Z]|spec\.).{20,}[^.]$/);
  });

  it.each<[string, TargetResult, string, string | undefined]>([
    ['waits for the API server', target({ outcome: 'pending' }), 'Annotated waiting', 'kept'],
    ['is let through by no filter', target({ outcome: 'filtered' }), 'Annotated stopped', 'filters'],
    [
      'has a target that is not there',
      target({ outcome: 'failed', code: 'TargetNotFound' }),
      'Annotated broken',
      'does not exist',
    ],
    ['is not followed', target({}), 'Annotated done', undefined],
    [
      'waits for the controller',
      target({ follow: { state: 'waiting' } }),
      'Annotated done, Handled waiting, Fetched unknown',
      'controller',
    ],
    [
      'meets a suspended source',
      target({ follow: { state: 'suspended', handledAt } }),
      'Annotated done, Handled broken, Fetched unknown',
      'suspend',
    ],
    [
      'meets a source that lags',
      target({ follow: { state: 'lagging', handledAt, revision: `main@sha1:${BEFORE}` } }),
      'Annotated done, Handled done, Fetched waiting',
      'lags',
    ],
    [
      'meets a source that fails',
      target({ follow: { state: 'failed', handledAt, message: 'authentication required' } }),
      'Annotated done, Handled done, Fetched broken',
      'failed',
    ],
    [
      'meets a target without an artifact that fails',
      target({ ref: 'ImageRepository/apps/app', follow: { state: 'failed', handledAt } }),
      'Annotated done, Handled broken',
      'failed',
    ],
    [
      'is handled by a target without an artifact',
      target({ ref: 'ImageRepository/apps/app', follow: { state: 'unfollowed', handledAt } }),
      'Annotated done, Handled done',
      undefined,
    ],
    [
      'is superseded',
      target({ follow: { state: 'superseded', handledAt, artifactAt, revision } }),
      'Annotated done, Handled done, Fetched done',
      undefined,
    ],
    [
      'announces nothing',
      target({ follow: { state: 'unfollowed' } }),
      'Annotated done, Handled unknown',
      'names no revision',
    ],
    [
      'announces nothing that can be told of a source',
      target({ follow: { state: 'unfollowed', handledAt } }),
      'Annotated done, Handled done, Fetched stopped',
      'names no revision',
    ],
  ])('that %s', (_what, one, links, words) => {
    const view = record({ targets: [one], ...(one.follow === undefined ? {} : { follow: one.follow }) });
    expect(linksOf(view)).toBe(`Received done, Verified done, ${links}`);
    const { sentence } = chainOf(view);
    if (words === undefined) expect(sentence).toBeUndefined();
    else expect(sentence?.text).toContain(words);
  });

  it('has the own message of a source that fails', () => {
    const follow = { state: 'failed', handledAt, message: 'authentication required' } as const;
    const { sentence } = chainOf(record({ targets: [target({ follow })], follow }));
    expect(sentence).toMatchObject({ link: 'Fetched', state: 'broken', code: 'failed', message: follow.message });
  });

  it('says how often a source that lags was asked again', () => {
    const follow = { state: 'lagging', handledAt, revision: `main@sha1:${BEFORE}`, nudges: 2 } as const;
    const { links } = chainOf(record({ targets: [target({ follow })], follow }));
    expect(links.at(-1)?.detail).toBe('still main@0d1e2f3, asked again 2×');
  });

  it('speaks for the least advanced target, unless another one is asked for', () => {
    const done = target({ follow: { state: 'fresh', handledAt, artifactAt, revision } });
    const failed = target({ ref: 'GitRepository/apps/other', follow: { state: 'failed', handledAt } });
    const view = record({ targets: [done, failed], follow: { state: 'failed' } });
    expect(chainOf(view).links.at(-1)?.state).toBe('broken');
    expect(chainOf(view, done).links.at(-1)?.state).toBe('done');
  });

  it('is verified by the time of the answer where nothing was annotated', () => {
    const verified = (change: Partial<RecordView>) => chainOf(record(change)).links[1];
    expect(verified({ verdict: 'refused', code: 'SignatureMismatch' })).toMatchObject({
      at: '2026-11-26T10:02:11.003Z',
      upTo: false,
    });
    expect(verified({ targets: [target({ outcome: 'filtered', requestedAt: undefined })] })).toMatchObject({
      at: '2026-11-26T10:02:11.003Z',
      upTo: true,
    });
    expect(verified({ origin: 'broker', object: { kind: 'BrokerReceiver', namespace: 'apps', name: 'app' } })?.at).toBe(
      '',
    );
  });

  it('ends where the source tracks another ref', () => {
    const announced = { ref: 'refs/heads/feature', revision: REVISION };
    const follow = { state: 'unfollowed', handledAt } as const;
    const { sentence } = chainOf(record({ announced, targets: [target({ follow })], follow }));
    expect(sentence).toMatchObject({ link: 'Fetched', state: 'stopped' });
    expect(sentence?.text).toMatch(/^GitRepository apps\/app tracks another ref than that of feature@4a5f2c1/);
  });

  it('waits where a message fails that comes again', () => {
    const failed = target({ outcome: 'failed', code: 'TargetNotFound', requestedAt: undefined });
    const { links, sentence } = chainOf(
      record({ origin: 'broker', verdict: 'pending', code: 'failing', targets: [failed] }),
    );
    expect(links.at(-1)).toMatchObject({ name: 'Annotated', state: 'waiting' });
    expect(sentence).toMatchObject({ state: 'waiting', code: 'TargetNotFound' });
  });

  it('has no proof where nothing was sent', () => {
    expect(linksOf(record({ origin: 'catch-up', targets: [target({})] }))).toBe('Received done, Annotated done');
    expect(chainOf(record({ origin: 'replayed', targets: [target({})] })).links[1]?.detail).toBe('skipped: replayed');
  });
});

describe('the chain of a notification', () => {
  const object = { kind: 'Alert', namespace: 'apps', name: 'on-failure' };

  it.each<[RecordView['verdict'], string]>([
    ['accepted', 'Received done, Sent done'],
    ['pending', 'Received done, Sent waiting'],
    ['refused', 'Received done, Sent broken'],
    ['ignored', 'Received done, Sent stopped'],
  ])('that is %s', (verdict, links) => {
    expect(linksOf(record({ object, verdict, provider: 'slack', reason: 'Failed', attempts: 3 }))).toBe(links);
  });

  it('says what the service answered', () => {
    const refused = { verdict: 'refused', code: 'ProviderRefused', status: 403 } as const;
    const { links, sentence } = chainOf(record({ object, ...refused, provider: 'slack', attempts: 5 }));
    expect(links.at(-1)).toMatchObject({ at: '', detail: 'slack answered 403, 5 attempts' });
    expect(chainOf(record({ object, provider: 'slack' })).links.at(-1)?.at).toBe('2026-11-26T10:02:11.003Z');
    expect(sentence).toMatchObject({ link: 'Sent', state: 'broken', code: 'ProviderRefused' });
  });
});
