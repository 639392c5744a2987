/** What a request to a Receiver's path is answered, and what is logged of it; with real routes and verifiers. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { httpStatusOf, RequestError, type RequestErrorCode } from '../../../operator/api/errors.ts';
import type { ReceiverSpec } from '../../../operator/api/receiver/receiver.ts';
import { createKeptBodies } from '../../../operator/deliveries/bodies/kept-bodies.ts';
import { createJournal } from '../../../operator/deliveries/records/journal.ts';
import { createReceiverEndpoint } from '../../../operator/receivers/admit.ts';
import { compileSpec } from '../../../operator/receivers/compile.ts';
import type { Notification, Notified } from '../../../operator/receivers/notify.ts';
import { createRouteTable } from '../../../operator/receivers/routes.ts';
import { unwrap } from '../../../operator/sources/envelopes/unwrap.ts';
import { webhookTypes } from '../../../operator/webhooks/index.ts';
import type { EventReader } from '../../../operator/webhooks/webhook-type.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { aReceiver, compiled, TOKEN } from './a-receiver.ts';
import { createLines } from './lines.ts';

const GITLAB = { type: 'gitlab', secretRef: { name: 'token' } };
const PROOF = ['X-Gitlab-Token', TOKEN.toString()];
const PUSH = [...PROOF, 'X-Gitlab-Event', 'Push Hook'];
const ACCEPT = { deliveries: { unlistedEvents: 'Accept' } } as const;
const JSON_TYPE = ['Content-Type', 'application/json'];
const ABOUT = { controller: 'receiver', namespace: 'apps', name: 'web' };

/** The head of a ping that is signed for `body`. */
function githubPing(body: string): string[] {
  const digest = createHmac('sha256', TOKEN).update(body).digest('hex');
  return [...JSON_TYPE, 'X-GitHub-Event', 'ping', 'X-Hub-Signature-256', `sha256=${digest}`];
}

interface Settings {
  readonly isComplete?: boolean;
  readonly answer?: Partial<Notified> | Error;
}

function setUp(spec: Partial<ReceiverSpec> = {}, { isComplete = true, answer = {} }: Settings = {}) {
  const { path, route } = compiled(aReceiver(spec));
  const routes = createRouteTable(() => undefined);
  routes.publish(path, route);
  const { log, lines } = createLines();
  const notified: Notification[] = [];
  const recorded: object[] = [];
  const clock = createManualClock();
  const journal = createJournal({ maxRecords: 100, clock });
  const endpoint = createReceiverEndpoint({
    routes,
    isComplete: () => isComplete,
    notifier: {
      async notify(notification) {
        notified.push(notification);
        if (answer instanceof Error) throw answer;
        return { targets: 1, status: 'applied', whenApplied: () => Promise.resolve(), ...answer };
      },
      nowMs: () => 42,
    },
    clock,
    journal,
    bodies: createKeptBodies({ journal, maxBytes: 1_000_000, clock }),
    events: { record: (regarded, event) => recorded.push({ ...regarded, ...event }) },
    log,
  });
  const send = (rawHeaders: readonly string[] = [], body = '{}', method = 'POST') =>
    endpoint.admit(path, method).head(headOf(method, rawHeaders))(Buffer.from(body));
  /** As the server does: judges, serves, then tells what it answered. */
  const deliver = async (rawHeaders: readonly string[], body: string) => {
    const head = headOf('POST', rawHeaders);
    const admitted = endpoint.admit(path, 'POST');
    const bytes = Buffer.from(body);
    let code: RequestErrorCode | undefined;
    let status = 200;
    try {
      await admitted.head(head)(bytes);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      code = error.code;
      status = httpStatusOf(code);
    }
    admitted.answered?.({ path, head, status, code, ms: 1, bytes: bytes.length, sender: () => '192.0.2.1' });
    // The server has its bytes back.
    bytes.fill(0);
    await clock.advance(100);
    return journal.of({ kind: 'Receiver', namespace: 'apps', name: 'web' })[0];
  };
  return { path, route, routes, endpoint, lines, notified, recorded, send, deliver };
}

function headOf(method: string, rawHeaders: readonly string[]) {
  const headers: Record<string, string> = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    headers[(rawHeaders[index] ?? '').toLowerCase()] ??= rawHeaders[index + 1] ?? '';
  }
  return { method, headers, rawHeaders };
}

function codeOf(act: () => unknown): string {
  try {
    act();
    return 'none';
  } catch (error) {
    return error instanceof RequestError ? error.code : String(error);
  }
}

describe('a path', () => {
  it.each([
    [true, 'PathUnknown'],
    [false, 'ReceiverUnavailable'],
  ])('that nobody has, all Receivers known: %s', (isComplete, code) => {
    const { endpoint } = setUp({}, { isComplete });
    expect(codeOf(() => endpoint.admit('/hook/other', 'GET'))).toBe(code);
    expect(endpoint.allowedMethods('/hook/other')).toEqual([]);
  });

  it.each([
    ['generic', 'PUT', 'none'],
    ['generic', 'DELETE', 'MethodNotAllowed'],
    ['gitlab', 'POST', 'none'],
    ['gitlab', 'GET', 'MethodNotAllowed'],
  ])('of type %s takes %s: %s', (type, method, code) => {
    const { endpoint, path } = setUp({ type });
    expect(codeOf(() => endpoint.admit(path, method))).toBe(code);
    expect(endpoint.allowedMethods(path).includes(method)).toBe(code === 'none');
  });

  it.each([
    ['suspended', { serving: undefined }, 'GET', 'ReceiverUnavailable'],
    ['suspended, by another method', { serving: undefined }, 'DELETE', 'MethodNotAllowed'],
    ['of a type that is not known', { serving: undefined, type: undefined }, 'POST', 'ReceiverUnavailable'],
    ['of such a type, by GET', { serving: undefined, type: undefined }, 'GET', 'MethodNotAllowed'],
  ])('of a Receiver that is %s', (_what, changes, method, code) => {
    const { endpoint, path, route, routes } = setUp();
    routes.publish(path, { ...route, ...changes });
    expect(codeOf(() => endpoint.admit(path, method))).toBe(code);
  });

  it('tells the server whose it is', () => {
    const { endpoint, path } = setUp();
    expect(endpoint.admit(path, 'POST')).toMatchObject({
      type: 'generic',
      about: { namespace: 'apps', name: 'web' },
    });
  });
});

describe('a head', () => {
  it.each<[what: string, events: string[], headers: string[], code: string]>([
    ['no proof', [], ['X-Gitlab-Event', 'Push Hook'], 'SignatureMissing'],
    ['no proof before no event', ['push hook'], [], 'SignatureMissing'],
    ['any event where none is listed', [], PROOF, 'none'],
    ['a listed event, in any case', ['push hook'], PUSH, 'none'],
    ['another event', ['Tag Push Hook'], PUSH, 'EventNotListed'],
    ['no event', ['push hook'], PROOF, 'EventNotListed'],
    ['two events, of which the first counts', ['push hook'], [...PUSH, 'X-Gitlab-Event', 'Job Hook'], 'none'],
    [
      'two events the other way',
      ['push hook'],
      [...PROOF, 'X-Gitlab-Event', 'Job', ...PUSH.slice(2)],
      'EventNotListed',
    ],
  ])('with %s', (_what, events, headers, code) => {
    const { endpoint, path } = setUp({ ...GITLAB, events });
    expect(codeOf(() => endpoint.admit(path, 'POST').head(headOf('POST', headers)))).toBe(code);
  });

  it.each<[what: string, spec: Partial<ReceiverSpec>, headers: string[], answer: number | string, notified: number]>([
    ['another event', { ...GITLAB, ...ACCEPT, events: ['tag push hook'] }, PUSH, 200, 0],
    ['no event', { ...GITLAB, ...ACCEPT, events: ['push hook'] }, PROOF, 200, 0],
    ['a listed event', { ...GITLAB, ...ACCEPT, events: ['push hook'] }, PUSH, 200, 1],
    ['a forged one', { ...GITLAB, ...ACCEPT, events: ['x'] }, ['X-Gitlab-Token', 'y'], 'TokenMismatch', 0],
    ['a ping of GitHub, always', { type: 'github', events: ['push'] }, githubPing('{}'), 200, 0],
    ['a forged ping of GitHub', { type: 'github', events: ['push'] }, githubPing('[]'), 'SignatureMismatch', 0],
    ['a ping of GitHub that is listed', { type: 'github', events: ['ping'] }, githubPing('{}'), 200, 1],
  ])('is accepted though it is not listed: %s', async (_what, spec, headers, answer, count) => {
    const { send, notified } = setUp(spec);
    const answered = await Promise.resolve()
      .then(() => send(headers))
      .catch((error: unknown) => (error instanceof RequestError ? error.code : error));
    expect([answered, notified.length]).toEqual([answer, count]);
  });

  it('of a type without events is not asked for one', () => {
    const { endpoint, path } = setUp({ events: ['push'] });
    expect(codeOf(() => endpoint.admit(path, 'POST').head(headOf('POST', [])))).toBe('none');
  });
});

describe('a genuine request', () => {
  it.each([
    ['applied', 200],
    ['pending', 202],
  ] as const)('whose targets are %s is answered %i', async (status, answered) => {
    const { send, lines } = setUp({}, { answer: { status, targets: 3 } });
    expect(await send()).toBe(answered);
    expect(lines).toEqual([
      {
        level: 'info',
        ...ABOUT,
        type: 'generic',
        targets: 3,
        status: answered,
        credential: 'token',
        msg: 'webhook accepted',
      },
    ]);
  });

  it.each([
    [new RequestError('TargetNotFound', 'no such'), 'TargetNotFound'],
    [new Error('a fault'), 'InternalError'],
  ])('that fails with %s is logged with code %s', async (answer, code) => {
    const { send, lines } = setUp({}, { answer });
    await expect(send()).rejects.toBe(answer);
    expect(lines).toEqual([
      { level: 'error', ...ABOUT, type: 'generic', code, error: answer.message, msg: 'webhook failed' },
    ]);
  });

  it('that is not genuine notifies nobody, and is the server’s to log', async () => {
    const { send, lines, notified } = setUp({ type: 'dockerhub' });
    await expect(send([], 'no JSON')).rejects.toMatchObject({ code: 'PayloadInvalid' });
    expect([lines, notified]).toEqual([[], []]);
  });

  it('without a filter is not read, and costs nothing to keep', async () => {
    const { send, notified } = setUp();
    await send(JSON_TYPE, 'no JSON');
    expect(notified).toMatchObject([{ input: undefined, bytes: 0, startedMs: 42 }]);
  });

  it.each<[what: string, spec: Partial<ReceiverSpec>]>([
    ['resourceFilter', { resourceFilter: 'true' }],
    ['filter', { resources: [{ kind: 'GitRepository', name: 'web', filter: 'true' }] }],
  ])('with a %s is read once, by its content type', async (_what, spec) => {
    const { send, notified } = setUp(spec);
    await send(JSON_TYPE, '{"a":1}');
    await send([], '{"a":1}');
    expect(notified).toMatchObject([
      { input: { req: { a: 1 } }, bytes: 7 },
      { input: { req: {} }, bytes: 7 },
    ]);
    expect(notified[0]?.input).not.toHaveProperty('claims');
    await expect(send(JSON_TYPE, 'no JSON')).rejects.toMatchObject({ code: 'FilterInputInvalid' });
  });

  it('is read as its type reads it', async () => {
    const { send, notified, endpoint, path, route, routes } = setUp({ resourceFilter: 'true' });
    const { type, serving } = route;
    if (type === undefined || serving === undefined) throw new Error('not served');
    const filterInput = () => ({ own: true });
    const verifier = { head: () => () => ({ claims: { sub: 'me' } }) };
    routes.publish(path, { ...route, type: { ...type, filterInput }, serving: { ...serving, verifier } });
    expect(endpoint.allowedMethods(path)).toContain('POST');
    await send();
    expect(notified).toMatchObject([{ input: { req: { own: true }, claims: { sub: 'me' } } }]);
  });
});

describe('a request with events', () => {
  const event = (more: object = {}) => ({
    specversion: '1.0',
    id: '1',
    source: '/ci',
    type: 'pushed',
    data: {},
    ...more,
  });
  const unwrapped: EventReader['read'] = ({ body }) =>
    unwrap({ body, attributes: { 'user-agent': 'x' }, broker: 'http', format: 'auto' });
  /** A Receiver of that type, which takes all for genuine, and reads events by what is given in `reader`. */
  function ofEvents(
    name: string,
    spec: Partial<ReceiverSpec> = {},
    settings: Settings & { readonly reader?: Partial<EventReader> } = {},
  ) {
    const made = setUp({}, settings);
    const { path, route, routes } = made;
    const type = webhookTypes.get(name);
    const { targets, events } = compileSpec(aReceiver({ type: name, ...spec }), webhookTypes);
    if (type?.events === undefined || route.serving === undefined) throw new Error('not served');
    const serving = { ...route.serving, ...targets, events, verifier: { head: () => () => ({}) } };
    const reader = { ...type.events, read: unwrapped, ...settings.reader };
    routes.publish(path, { ...route, type: { ...type, events: reader }, serving });
    return made;
  }

  it('shows each to the filters as req and msg', async () => {
    const { send, notified } = ofEvents('cloudevents', { resourceFilter: 'msg.type == req.a' });
    const body = JSON.stringify([event({ data: { a: 1 } }), event({ id: '2', data: { a: 2 } })]);
    expect(await send([], body)).toBe(200);
    const msg = { type: 'pushed', source: '/ci', attempt: 0n, broker: 'http', path: ['cloudevents'] };
    expect(notified).toMatchObject([
      { input: { req: { a: 1 }, msg: { ...msg, id: '1', attributes: { 'user-agent': 'x' } } }, startedMs: 42 },
      { input: { req: { a: 2 }, msg: { ...msg, id: '2' } } },
    ]);
    expect(notified.map(({ bytes }) => bytes)).toEqual(Array(2).fill(Math.ceil(body.length / 2)));
    expect(notified[0]?.batch).toEqual({ annotated: new Set(), reported: new Set() });
    expect(notified[1]?.batch).toBe(notified[0]?.batch);
  });

  it('without filters notifies once for all of them', async () => {
    const { send, notified, lines } = ofEvents('cloudevents');
    expect(await send([], JSON.stringify(Array(50).fill(event())))).toBe(200);
    expect(notified).toMatchObject([{ input: undefined, bytes: 0 }]);
    expect(lines).toHaveLength(1);
  });

  it.each([
    ['cloudevents', ['pushed'], [event(), event({ type: 'other' })], 1],
    ['cloudevents', ['push*'], [event(), event({ type: 'PUSHING' })], 2],
    ['eventgrid', ['pushed'], [event({ type: 'other' })], 0],
  ])('of type %s that lists %j passes over what is not listed', async (type, events, body, count) => {
    const { send, notified } = ofEvents(type, { events, resourceFilter: 'true' });
    expect(await send([], JSON.stringify(body))).toBe(200);
    expect(notified).toHaveLength(count);
  });

  it('may have none', async () => {
    const { send, notified } = ofEvents('cloudevents', { events: ['pushed'] }, { reader: { read: () => [] } });
    expect(await send()).toBe(200);
    expect(notified).toEqual([]);
  });

  it.each([
    ['cloudevents', 'EventNotListed'],
    ['standard-webhooks', 'EventNotListed'],
    ['sns', 200],
    ['pubsub', 200],
    ['eventgrid', 200],
  ])('of type %s, none of which is listed: %s', async (type, answer) => {
    const { send, notified } = ofEvents(type, { events: ['other'] });
    const code = await send([], JSON.stringify([event()])).catch((error: RequestError) => error.code);
    expect(code).toBe(answer);
    expect(notified).toEqual([]);
  });

  it.each([
    ['req names it', 'req.a == 1', 'FilterInputInvalid', 0],
    ['no filter names it', "msg.type == 'pushed'", 200, 1],
  ])('whose payload is no object: %s', async (_what, resourceFilter, answer, count) => {
    const { send, notified } = ofEvents('cloudevents', { resourceFilter });
    const code = await send([], JSON.stringify(event({ data: 'text' }))).catch((error: RequestError) => error.code);
    expect(code).toBe(answer);
    expect(notified).toHaveLength(count);
  });

  it('is answered by the worst of them, and all are tried', async () => {
    const { send, notified } = ofEvents('cloudevents', { resourceFilter: 'req.a == 1' });
    await expect(send([], JSON.stringify([event({ data: 1 }), event()]))).rejects.toMatchObject({
      code: 'FilterInputInvalid',
    });
    expect(notified).toHaveLength(1);
  });

  it('never notifies for a handshake, and answers as its type says', async () => {
    const validation = {
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      subject: '',
      eventTime: '',
      id: '1',
    };
    const body = JSON.stringify([{ ...validation, data: { validationCode: 'c' } }]);
    const { send, notified } = ofEvents('eventgrid');
    expect(await send([], body)).toEqual({
      status: 200,
      headers: { 'Content-Type': 'application/json' },
      text: '{"validationResponse":"c"}',
    });
    expect(notified).toEqual([]);
  });

  it('whose targets are pending is answered 202, whatever its type would say', async () => {
    const { send } = ofEvents('eventgrid', {}, { answer: { status: 'pending' }, reader: { answer: () => ({}) } });
    expect(await send([], JSON.stringify(event()))).toBe(202);
  });

  it('is worth a warning where it ends a subscription', async () => {
    const { send, recorded, notified } = ofEvents('sns');
    const ended = {
      Type: 'UnsubscribeConfirmation',
      TopicArn: 'arn:topic',
      Message: 'm',
      Token: 't',
      SubscribeURL: 'u',
    };
    expect(await send([], JSON.stringify(ended))).toBe(200);
    const note = 'the subscription to arn:topic was ended; subscribe again if that was not meant';
    const event = { type: 'Warning', reason: 'Unsubscribed', note };
    expect(recorded).toMatchObject([{ kind: 'Receiver', namespace: 'apps', name: 'web', ...event }]);
    expect(notified).toEqual([]);
  });
});

describe('OPTIONS', () => {
  const ORIGIN = ['WebHook-Request-Origin', 'eventemitter.example.com'];
  const spec = { type: 'eventgrid' };

  it('is answered without proof, and does nothing', async () => {
    const { send, notified, lines } = setUp(spec);
    expect(await send([...ORIGIN, 'WebHook-Request-Callback', 'https://example.com/'], '', 'OPTIONS')).toEqual({
      status: 200,
      headers: { 'WebHook-Allowed-Origin': ORIGIN[1], 'WebHook-Allowed-Rate': '*', Allow: 'POST' },
    });
    expect([notified, lines]).toEqual([[], []]);
  });

  it.each([
    ['without an origin', spec, [], 'OriginMissing'],
    ['of another type', { type: 'generic' }, ORIGIN, 'MethodNotAllowed'],
  ])('%s is refused', (_what, of, headers, code) => {
    const { endpoint, path } = setUp(of);
    expect(codeOf(() => endpoint.admit(path, 'OPTIONS').head(headOf('OPTIONS', headers)))).toBe(code);
  });
});

describe('a body', () => {
  const KEEP = { deliveries: { keepBodies: 2 } };
  const push = `{"ref":"main","note":"it is ${TOKEN}"}`;

  it('is kept of a genuine request, without what is secret', async () => {
    const record = await setUp({ ...GITLAB, ...KEEP }).deliver([...PUSH, ...JSON_TYPE], push);
    expect(record).toMatchObject({ verdict: 'accepted', body: { redacted: true, contentType: 'application/json' } });
    const json = typeof record?.body === 'object' ? record.body.json.toString() : '';
    expect(json).toBe('{"ref":"main","note":"[redacted]"}');
  });

  it.each<[what: string, spec: Partial<ReceiverSpec>, headers: readonly string[], settings: Settings]>([
    ['nobody asked for it', {}, PUSH, {}],
    ['it is refused', KEEP, ['X-Gitlab-Token', 'another'], {}],
    ['a target is not there', KEEP, PUSH, { answer: new RequestError('TargetNotFound') }],
  ])('is not kept where %s', async (_what, spec, headers, settings) => {
    const record = await setUp({ ...GITLAB, ...spec }, settings).deliver(headers, push);
    expect(record).toBeDefined();
    expect(record?.body).toBeUndefined();
  });

  it('is not kept where it is too large, which the record says', async () => {
    const large = JSON.stringify({ text: 'x'.repeat(65_536) });
    expect(await setUp({ ...GITLAB, ...KEEP }).deliver(PUSH, large)).toMatchObject({ body: 'TooLarge' });
  });
});
