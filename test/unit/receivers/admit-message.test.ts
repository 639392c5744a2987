/** What a webhook that came through a broker comes to; with real routes and verifiers. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type MessageOutcome, RequestError } from '../../../operator/api/errors.ts';
import type { ReceiverSpec } from '../../../operator/api/receiver/receiver.ts';
import { createTargetOutcomes } from '../../../operator/deliveries/records/target-outcomes.ts';
import { createDiscovery } from '../../../operator/kube/discovery.ts';
import { admitMessage, type MessageNotes } from '../../../operator/receivers/admit-message.ts';
import { createRouteTable } from '../../../operator/receivers/routes.ts';
import { createTargetWatches } from '../../../operator/receivers/target-watches.ts';
import { createTargets } from '../../../operator/receivers/targets.ts';
import { snsConfirmation, TOPIC } from '../sources/envelopes/payloads.ts';
import { aReceiver, compiled, TOKEN } from './a-receiver.ts';
import { createLines } from './lines.ts';
import { createScriptedApi } from './scripted-api.ts';

const GITHUB: Partial<ReceiverSpec> = { type: 'github', secretRef: { name: 'token' }, events: ['push'] };
const CLOUD_EVENT = { specversion: '1.0', source: '/ci', type: 'pushed' };
const BODY = Buffer.from('{"ref":"refs/heads/main"}');
const signed = (body: Buffer): string => `sha256=${createHmac('sha256', TOKEN).update(body).digest('hex')}`;
const PUSH = { 'X-GitHub-Event': 'push', 'X-Hub-Signature-256': signed(BODY) };

interface Settings {
  readonly spec?: Partial<ReceiverSpec>;
  /** Of its Secret, beside the token. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly away?: boolean;
}

function setUp({ spec = GITHUB, keys = {}, away = false }: Settings = {}) {
  const { client } = createScriptedApi();
  const { log } = createLines();
  const { path, route, serving } = compiled(aReceiver(spec), keys);
  const routes = createRouteTable(() => undefined);
  routes.publish(path, route);
  const annotated: string[] = [];
  const failed: string[] = [];
  const events: string[] = [];
  const options: Parameters<typeof admitMessage>[0] = {
    routes,
    targets: createTargets({
      client,
      discovery: createDiscovery(client),
      watches: createTargetWatches({ client, namespace: 'none', follows: false, log }),
    }),
    sameNamespaceOnly: false,
    gatherer: {
      async annotate({ name }) {
        if (away) return { away: 'down' };
        annotated.push(name);
        return { requestedAt: '2026-01-01T00:00:00Z', coalesced: false };
      },
    },
    reports: { failed: ({ name }, { field }) => void failed.push(`${name} ${field}`) },
    events: {
      record: ({ kind, name }, { type, reason, note }) =>
        void events.push(`${kind} ${name} ${type} ${reason}: ${note}`),
    },
    maxBodyBytes: 1_000,
  };
  const notes: MessageNotes = { account: createTargetOutcomes() };
  const admit = (headers: Readonly<Record<string, string>> = PUSH, body = BODY, sentAtMs?: number) =>
    admitMessage(options, 'apps/web', { headers, body, sentAtMs }, notes);
  return { path, route, serving, routes, annotated, failed, events, admit, notes };
}

describe('a webhook through a broker', () => {
  it('is judged and annotates as if it were POSTed', async () => {
    const { admit, annotated } = setUp();
    expect(await admit()).toEqual({ outcome: 'done', targets: 1 });
    expect(annotated).toEqual(['web']);
  });

  it.each<[what: string, headers: Record<string, string>, outcome: MessageOutcome]>([
    ['header names in lower case', { 'x-github-event': 'push', 'x-hub-signature-256': signed(BODY) }, 'done'],
    ['an event that is not listed', { ...PUSH, 'X-GitHub-Event': 'issues' }, 'done'],
    ['a wrong signature', { ...PUSH, 'X-Hub-Signature-256': signed(Buffer.from('x')) }, 'poison'],
    ['no signature', { 'X-GitHub-Event': 'push' }, 'poison'],
    ['another content type', { ...PUSH, 'Content-Type': 'text/plain' }, 'poison'],
  ])('with %s', async (what, headers, outcome) => {
    const { admit, annotated } = setUp();
    expect((await admit(headers)).outcome).toBe(outcome);
    expect(annotated).toHaveLength(what.startsWith('header') ? 1 : 0);
  });

  it('notes what was announced, and what became of its targets', async () => {
    const { admit, notes } = setUp();
    await admit();
    expect(notes).toMatchObject({
      event: 'push',
      announced: { ref: 'refs/heads/main' },
      account: { targets: [{ outcome: 'annotated', requestedAt: '2026-01-01T00:00:00Z' }], counts: [1, 0, 0, 0, 0] },
    });
  });

  it('notes the event of one that is refused, and nothing that it announces', async () => {
    const { admit, notes } = setUp();
    await admit({ ...PUSH, 'X-Hub-Signature-256': signed(Buffer.from('x')) });
    expect(notes).toEqual({
      event: 'push',
      account: createTargetOutcomes(),
      receiver: { namespace: 'apps', name: 'web', type: 'github' },
      code: 'SignatureMismatch',
    });
  });

  it.each<[what: string, headers: Record<string, string>, code: string | undefined]>([
    ['is done', PUSH, undefined],
    ['is not listed', { ...PUSH, 'X-GitHub-Event': 'issues' }, 'EventNotListed'],
    ['has another content type', { ...PUSH, 'Content-Type': 'text/plain' }, 'ContentTypeUnsupported'],
  ])('notes the id of its sender, and why nothing is done, where it %s', async (_what, headers, code) => {
    const { admit, notes } = setUp();
    await admit({ ...headers, 'X-GitHub-Delivery': 'guid' });
    expect([notes.providerId, notes.code]).toEqual(['guid', code]);
  });

  it('notes no Receiver where there is none', async () => {
    const { admit, routes, route, notes } = setUp();
    routes.withdraw(route.key);
    await admit();
    expect([notes.receiver, notes.code]).toEqual([undefined, 'ReceiverUnavailable']);
  });

  it('without a content type is JSON to filters', async () => {
    const { admit, annotated } = setUp({ spec: { ...GITHUB, resourceFilter: 'req.ref == "refs/heads/main"' } });
    expect(await admit()).toEqual({ outcome: 'done', targets: 1 });
    expect(annotated).toEqual(['web']);
  });

  it.each<[what: string, filter: string, body: string]>([
    ['its filter fails', 'req.no == 1', '{}'],
    ['it is no JSON object', 'req.a == 1', '[]'],
  ])('is poison when %s', async (_what, resourceFilter, text) => {
    const body = Buffer.from(text);
    const { admit, failed } = setUp({ spec: { ...GITHUB, resourceFilter } });
    expect(await admit({ ...PUSH, 'X-Hub-Signature-256': signed(body) }, body)).toMatchObject({ outcome: 'poison' });
    expect(failed).toEqual(text === '{}' ? ['web spec.resources[0]'] : []);
  });

  it('is poison when it is larger than a request may be', async () => {
    const body = Buffer.alloc(1_001);
    expect(await setUp().admit(PUSH, body)).toMatchObject({ outcome: 'poison', code: 'BodyTooLarge' });
  });

  it('is held while the API server is away', async () => {
    expect(await setUp({ away: true }).admit()).toMatchObject({ outcome: 'away', code: 'ApiServerAway' });
  });

  it('is held while its Receiver is suspended, or not there', async () => {
    const { admit, routes, path, route } = setUp();
    routes.publish(path, { ...route, serving: undefined });
    expect(await admit()).toMatchObject({ outcome: 'away', code: 'ReceiverUnavailable' });
    routes.withdraw(route.key);
    expect(await admit()).toMatchObject({ outcome: 'away', code: 'ReceiverUnavailable' });
  });

  it('shows the proof when it was sent, where the broker says so', async () => {
    const { admit, routes, path, route, serving } = setUp({ spec: {} });
    const sent: (number | undefined)[] = [];
    const head = ({ sentAtMs }: { sentAtMs?: number }) => {
      sent.push(sentAtMs);
      return () => ({});
    };
    routes.publish(path, { ...route, serving: { ...serving, verifier: { head } } });
    await admit({}, BODY, 1_000);
    await admit({}, BODY);
    expect(sent).toEqual([1_000, undefined]);
  });

  it.each<[data: unknown, away: boolean, outcome: MessageOutcome, code: string | undefined]>([
    [{ a: 1 }, false, 'done', undefined],
    ['text', false, 'poison', 'FilterInputInvalid'],
    ['text', true, 'away', 'ApiServerAway'],
    [{}, true, 'away', 'ApiServerAway'],
  ])(
    'with two events, one with the data %j, comes to the worst of them (away: %s)',
    async (data, away, outcome, code) => {
      const spec = { type: 'cloudevents', secretRef: { name: 'token' }, resourceFilter: 'req.a == 1' };
      const { admit, notes } = setUp({ spec, keys: { bearerToken: 'b' }, away });
      const events = [data, { a: 1 }].map((each, id) => ({ ...CLOUD_EVENT, id: `${id}`, data: each }));
      const headers = { Authorization: 'Bearer b', 'content-type': 'application/cloudevents-batch+json' };
      expect(await admit(headers, Buffer.from(JSON.stringify(events)))).toMatchObject({ outcome });
      expect(notes.code).toBe(code);
    },
  );

  it('warns of a subscription that was ended, as one by HTTP does', async () => {
    const spec = { type: 'sns', secretRef: { name: 'token' } };
    const { admit, events, annotated, routes, path, route, serving } = setUp({ spec, keys: { topicARNs: TOPIC } });
    routes.publish(path, { ...route, serving: { ...serving, verifier: { head: () => () => ({}) } } });
    const body = Buffer.from(JSON.stringify(snsConfirmation('UnsubscribeConfirmation')));
    expect(await admit({}, body)).toEqual({ outcome: 'done', targets: 0 });
    expect(events).toEqual([
      expect.stringContaining(`Receiver web Warning Unsubscribed: the subscription to ${TOPIC}`),
    ]);
    expect(annotated).toEqual([]);
  });

  it('is held while its proof cannot be judged', async () => {
    const { admit, routes, path, route, serving } = setUp({ spec: {} });
    const head = () => {
      throw new RequestError('IssuerUnreachable');
    };
    routes.publish(path, { ...route, serving: { ...serving, verifier: { head } } });
    expect(await admit({})).toMatchObject({ outcome: 'away', code: 'IssuerUnreachable' });
  });
});
