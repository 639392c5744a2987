/** What a request to a Receiver's path is answered, and what is logged of it; with real routes and verifiers. */
import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../operator/api/errors.ts';
import type { ReceiverSpec } from '../../../operator/api/receiver/receiver.ts';
import { createReceiverEndpoint } from '../../../operator/receivers/admit.ts';
import type { Notification, Notified } from '../../../operator/receivers/notify.ts';
import { createRouteTable } from '../../../operator/receivers/routes.ts';
import { aReceiver, compiled, TOKEN } from './a-receiver.ts';
import { createLines } from './lines.ts';

const GITLAB = { type: 'gitlab', secretRef: { name: 'token' } };
const PROOF = ['X-Gitlab-Token', TOKEN.toString()];
const PUSH = [...PROOF, 'X-Gitlab-Event', 'Push Hook'];
const JSON_TYPE = ['Content-Type', 'application/json'];
const ABOUT = { controller: 'receiver', namespace: 'apps', name: 'web' };

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
    log,
  });
  const send = (rawHeaders: readonly string[] = [], body = '{}', method = 'POST') =>
    endpoint.admit(path, method).head(headOf(method, rawHeaders))(Buffer.from(body));
  return { path, route, routes, endpoint, lines, notified, send };
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
      { level: 'info', ...ABOUT, type: 'generic', targets: 3, status: answered, msg: 'webhook accepted' },
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
