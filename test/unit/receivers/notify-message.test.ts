/** What an attempt at a message comes to: with the real selection and annotator, and an API server by script. */
import { describe, expect, it } from 'vitest';
import { type MessageOutcome, RequestError } from '../../../operator/api/errors.ts';
import { ApiError, ConnectionError } from '../../../operator/kube/api-error.ts';
import { createDiscovery } from '../../../operator/kube/discovery.ts';
import { createAnnotator } from '../../../operator/receivers/annotator.ts';
import { compileTargets, type TargetsSpec } from '../../../operator/receivers/compile-targets.ts';
import { createGatherer } from '../../../operator/receivers/gather.ts';
import { notifyMessage, type Outcome, outcomeOf, worstOutcome } from '../../../operator/receivers/notify-message.ts';
import { createPending } from '../../../operator/receivers/pending.ts';
import { createTargetWatches } from '../../../operator/receivers/target-watches.ts';
import { createTargets } from '../../../operator/receivers/targets.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createLines } from './lines.ts';
import { createScriptedApi } from './scripted-api.ts';

const AWAY = new ConnectionError('no answer');
const answered = (status: number) => new ApiError(status, undefined, undefined);
const git = (name: string) => ({ kind: 'GitRepository', name });
const labelled = { kind: 'GitRepository', name: '*', matchLabels: { app: 'x' } };
const listOf = (...names: string[]) => ({
  items: names.map((name) => ({ metadata: { name, namespace: 'apps', labels: { app: 'x' } } })),
});

function setUp(resources: TargetsSpec['resources'], resourceFilter?: string, sameNamespaceOnly = false) {
  const clock = createManualClock();
  const api = createScriptedApi();
  const { client } = api;
  const { log } = createLines();
  const metrics = { pending: () => undefined, abandoned: () => undefined };
  const pending = createPending({ maxJobs: 10, maxBytes: 100, log, metrics, clock, random: () => 0.5 });
  const annotator = createAnnotator({ client, pending, clock, onCoalesced: () => undefined });
  // Of another namespace than the targets', so that nothing is watched and each selection asks.
  const targets = createTargets({
    client,
    discovery: createDiscovery(client, { clock }),
    watches: createTargetWatches({ client, namespace: 'none', follows: false, log }),
  });
  const compiled = compileTargets({ resources, resourceFilter }, 'apps', ['msg']);
  const failed: string[] = [];
  async function notify(msg: Record<string, unknown> = {}, req: Record<string, unknown> = {}): Promise<Outcome> {
    const outcome = notifyMessage(
      { targets, sameNamespaceOnly, gatherer: createGatherer({ annotator, clock }) },
      {
        namespace: 'apps',
        targets: compiled,
        input: compiled.filtered ? { req, msg } : undefined,
        onFailed: (entry) => void failed.push(entry.name),
      },
    );
    await clock.advance(30);
    return await outcome;
  }
  const patched = () =>
    api.requests.filter(({ method }) => method === 'PATCH').map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
  return { api, notify, patched, pending, failed };
}

describe('a message', () => {
  it('is done when every target is annotated, in the background', async () => {
    const { notify, api } = setUp([git('a'), git('b')]);
    expect(await notify()).toEqual({ outcome: 'done', targets: 2 });
    expect(api.requests).toMatchObject([{ background: true }, { background: true }]);
  });

  it('shows filters what it says and what it is', async () => {
    const { notify, patched } = setUp([git('a')], 'msg.type == "push" && msg.attempt == 2 && req.tag == "v1"');
    expect(await notify({ type: 'push', attempt: 2n }, { tag: 'v1' })).toEqual({ outcome: 'done', targets: 1 });
    expect(await notify({ type: 'push', attempt: 1n }, { tag: 'v1' })).toEqual({ outcome: 'done', targets: 0 });
    expect(patched()).toEqual(['a']);
  });

  it.each<[what: string, answer: Error, outcome: MessageOutcome, code: string]>([
    ['is missing', answered(404), 'failing', 'TargetNotFound'],
    ['may not be changed', answered(403), 'failing', 'TargetRefused'],
    ['is not valid', answered(422), 'failing', 'TargetRefused'],
    ['is on an API server that is busy', answered(429), 'away', 'ApiServerAway'],
    ['is on an API server that is not able', answered(503), 'away', 'ApiServerAway'],
    ['is on an API server that fails', answered(500), 'away', 'ApiServerAway'],
    ['is on an API server that cannot be reached', AWAY, 'away', 'ApiServerAway'],
  ])('whose target %s: %s', async (_what, answer, outcome, code) => {
    const { notify, api, pending, failed, patched } = setUp([git('bad'), git('a')]);
    api.answer(({ path }) => (path.endsWith('/bad') ? answer : {}));
    expect(await notify()).toMatchObject({ outcome, code });
    expect(pending.size).toBe(0);
    expect(patched()).toContain('a');
    expect(failed).toEqual(outcome === 'away' ? [] : ['bad']);
  });

  it.each<[what: string, status: number | undefined, outcome: MessageOutcome, code: string]>([
    ['refused', 403, 'failing', 'TargetRefused'],
    ['unreachable', undefined, 'away', 'ApiServerAway'],
  ])('whose selection is %s', async (_what, status, outcome, code) => {
    const { notify, api } = setUp([labelled]);
    api.answer(() => (status === undefined ? AWAY : answered(status)));
    expect(await notify()).toMatchObject({ outcome, code });
  });

  it('fails with an entry that means no object, or one of another namespace where that is blocked', async () => {
    const unknown = setUp([{ kind: 'Widget', name: 'a' }]);
    expect(await unknown.notify()).toMatchObject({ outcome: 'failing', code: 'TargetInvalid' });
    const blocked = setUp([{ ...git('a'), namespace: 'other' }], undefined, true);
    expect(await blocked.notify()).toMatchObject({ outcome: 'failing', code: 'TargetForbidden' });
    expect(blocked.patched()).toEqual([]);
  });

  it('is poison when a filter fails, after the other objects have been annotated', async () => {
    const { notify, api, patched, failed } = setUp([labelled], 'res.metadata.name == "a" || req.no == 1');
    api.answer(({ method }) => (method === 'GET' ? listOf('bad', 'a') : {}));
    expect(await notify()).toMatchObject({ outcome: 'poison', code: 'FilterFailed' });
    expect(patched()).toEqual(['a']);
    expect(failed).toEqual(['*']);
  });

  it('annotates a selection of any size, a few at once, and stops when the API server goes away', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `t${index}`);
    const { notify, api, patched } = setUp([labelled]);
    api.answer(({ method }) => (method === 'GET' ? listOf(...names) : AWAY));
    expect(await notify()).toMatchObject({ outcome: 'away' });
    expect(patched()).toHaveLength(16);
  });
});

describe('the outcome', () => {
  const done: Outcome = { outcome: 'done', targets: 2 };
  const of = (outcome: 'poison' | 'failing' | 'away'): Outcome => ({ outcome, code: outcome, message: '' });

  it.each<[outcomes: Outcome[], worst: Outcome]>([
    [[], { outcome: 'done', targets: 0 }],
    [[done, done], { outcome: 'done', targets: 4 }],
    [[done, of('poison')], of('poison')],
    [[of('poison'), of('failing'), done], of('failing')],
    [[of('failing'), of('away'), of('poison')], of('away')],
  ])('of several is the worst', (outcomes, worst) => {
    expect(worstOutcome(outcomes)).toEqual(worst);
  });

  it.each<[error: unknown, outcome: MessageOutcome]>([
    [new RequestError('SignatureMismatch'), 'poison'],
    [new RequestError('BodyTooLarge'), 'poison'],
    [new RequestError('FilterInputInvalid'), 'poison'],
    [new RequestError('EventNotListed'), 'done'],
    [new RequestError('ReceiverUnavailable'), 'away'],
    [new RequestError('IssuerUnreachable'), 'away'],
    [answered(422), 'failing'],
    [answered(500), 'away'],
    [answered(502), 'away'],
    [new Error('a fault'), 'failing'],
  ])('of %s is %s', (error, outcome) => {
    expect(outcomeOf(error).outcome).toBe(outcome);
  });
});
