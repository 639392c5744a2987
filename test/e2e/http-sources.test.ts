// Receivers of the types that carry events: every row of their contract, on real sockets, a real API server and, by way of a
// proxy, hosts that answer as those of AWS, Google and Microsoft do.
import { createHmac } from 'node:crypto';
import { CloudEvent, HTTP } from 'cloudevents';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reusedControlPlane } from '../support/control-plane.ts';
import { type Internet, startInternet } from '../support/internet.ts';
import { type OidcIssuer, startOidcIssuer } from '../support/oidc-issuer.ts';
import { CERTIFICATE_URL, createSnsSigner, type SnsSigner, SUBSCRIBE_URL, TOPIC_ARN } from '../support/sns-signer.ts';
import { waitFor } from '../support/wait-for.ts';
import { conditionOf, createWorld, type Sent, TOKEN, type Webhook, type World } from '../support/world.ts';
import { acrPush, cloudEvent, ecrPush, eventgridValidation } from '../unit/sources/envelopes/payloads.ts';

const SNS_HOST = 'sns.eu-west-1.amazonaws.com';
const TENANT = '11111111-2222-3333-4444-555555555555';
const EMAIL = 'flux-push@acme.iam.gserviceaccount.com';
const AUDIENCE = 'https://flux-webhook.example.com';
const ENTRA_AUDIENCE = 'api://sluice-events';
const SECRET = `whsec_${Buffer.alloc(32, 'k').toString('base64')}`;

let world: World;
let internet: Internet;
let signer: SnsSigner;
let issuer: OidcIssuer;
let subscribeStatus = 200;
let counter = 0;

beforeAll(async () => {
  [signer, issuer] = await Promise.all([createSnsSigner(), startOidcIssuer({ audience: AUDIENCE, alg: 'RS256' })]);
  const keys = async () => ({ body: await (await fetch(issuer.jwksUrl)).text() });
  internet = await startInternet({
    [SNS_HOST]: (path) =>
      path.endsWith('.pem')
        ? path === new URL(CERTIFICATE_URL).pathname || path.includes('late')
          ? { body: signer.certificatePem }
          : { status: 404, body: '' }
        : { status: subscribeStatus, body: '<ConfirmSubscriptionResponse/>' },
    'www.googleapis.com': keys,
    'login.microsoftonline.com': keys,
  });
  world = await createWorld(await reusedControlPlane(), { env: internet.env });
  for (const name of ['a', 'b']) await world.target('ImageRepository', name);
});
afterAll(async () => {
  await world?.end();
  await internet?.close();
  await issuer?.close();
});
beforeEach(() => {
  internet.asked.length = 0;
  subscribeStatus = 200;
});

/** A Receiver and its Secret, of their own for each case. @returns its path. */
async function hookOf(type: string, keys: Readonly<Record<string, string>>, spec: object = {}): Promise<string> {
  const name = await receiverOf(type, keys, spec);
  return await world.ready(name);
}

async function receiverOf(type: string, keys: Readonly<Record<string, string>>, spec: object = {}): Promise<string> {
  counter += 1;
  const name = `r${counter}`;
  await world.secret(name, { token: TOKEN, ...keys });
  const resources = [{ kind: 'ImageRepository', name: 'a' }];
  await world.receiver(name, { type, secretRef: { name }, resources, ...spec });
  return name;
}

interface Outcome {
  readonly status: number;
  readonly woken: readonly string[];
}

/** What a webhook is answered, and which targets it wakes. */
async function send(hook: string, webhook: Webhook): Promise<Outcome & { readonly sent: Sent }> {
  const look = () => Promise.all(['a', 'b'].map((name) => world.requestedAt('ImageRepository', name)));
  const before = await look();
  const sent = await world.post(hook, webhook);
  const after = await look();
  return { status: sent.status, woken: ['a', 'b'].filter((_, index) => before[index] !== after[index]), sent };
}

const body = (payload: unknown, headers: Record<string, string> = {}): Webhook => ({
  headers,
  body: typeof payload === 'string' ? payload : JSON.stringify(payload),
});
const WOKEN = { status: 200, woken: ['a'] };
const quiet = (status: number) => ({ status, woken: [] });

describe('sns', () => {
  const keys = { topicARNs: `${TOPIC_ARN} ${TOPIC_ARN}-2` };
  const message = (payload: unknown, headers: Record<string, string> = {}) =>
    body(payload, { 'content-type': 'text/plain; charset=UTF-8', ...headers });
  const ecr = {
    events: ['ECR Image Action'],
    resourceFilter: "req['repository-name'] == 'webapp' && msg.path == ['sns', 'eventbridge'] && msg.attempt == 0",
  };

  it.each(['1', '2'])(
    'wakes the targets of what EventBridge says, signed with version %s',
    async (SignatureVersion) => {
      const hook = await hookOf('sns', keys, ecr);
      expect(await send(hook, message(signer.notification(ecrPush(), { SignatureVersion })))).toMatchObject(WOKEN);
    },
  );

  it('is answered 200 for what is not listed, and by the filter', async () => {
    const hook = await hookOf('sns', keys, ecr);
    const other = ecrPush({ 'detail-type': 'ECR Image Scan' });
    expect(await send(hook, message(signer.notification(other)))).toMatchObject(quiet(200));
    const filtered = ecrPush({ detail: { 'repository-name': 'api' } });
    expect(await send(hook, message(signer.notification(filtered)))).toMatchObject(quiet(200));
    expect(await send(hook, message(signer.notification('no JSON')))).toMatchObject(quiet(200));
  });

  it('fetches nothing for a topic that is not listed', async () => {
    const hook = await hookOf('sns', keys);
    const TopicArn = `${TOPIC_ARN}-3`;
    const SigningCertURL = CERTIFICATE_URL.replace('.pem', '-late.pem');
    const unlisted = signer.notification('x', { TopicArn, SigningCertURL });
    expect(await send(hook, message(unlisted))).toMatchObject(quiet(400));
    expect(await send(hook, message(unlisted, { 'x-amz-sns-topic-arn': TopicArn }))).toMatchObject(quiet(400));
    expect(internet.asked).toEqual([]);
  });

  it.each([
    ['a changed message', () => message({ ...signer.notification('x'), Message: 'y' })],
    ['raw delivery', () => message({ a: 1 }, { 'x-amz-sns-rawdelivery': 'true' })],
    ['no message of SNS', () => message({ a: 1 })],
    [
      'a certificate of elsewhere',
      () => message(signer.notification('x', { SigningCertURL: 'https://example.com/x.pem' })),
    ],
    [
      'a certificate that is not there',
      () => message(signer.notification('x', { SigningCertURL: CERTIFICATE_URL.replace('.pem', '-none.pem') })),
    ],
  ])('refuses %s', async (_what, webhook) => {
    expect(await send(await hookOf('sns', keys), webhook())).toMatchObject(quiet(400));
  });

  it('is answered 500 while the certificate cannot be fetched, so that SNS sends again', async () => {
    const hook = await hookOf('sns', keys);
    const late = (name: string) =>
      message(signer.notification('x', { SigningCertURL: CERTIFICATE_URL.replace('.pem', `-late-${name}.pem`) }));
    internet.down.add(SNS_HOST);
    expect(await send(hook, late('one'))).toMatchObject(quiet(500));
    internet.down.delete(SNS_HOST);
    expect(await send(hook, late('two'))).toMatchObject(WOKEN);
  });

  it('confirms a subscription by one GET', async () => {
    const hook = await hookOf('sns', keys);
    const confirmation = message(signer.confirmation('SubscriptionConfirmation'));
    expect(await send(hook, confirmation)).toMatchObject(quiet(200));
    const confirmed = () => internet.asked.filter((url) => !url.endsWith('.pem'));
    expect(confirmed()).toEqual([SUBSCRIBE_URL]);
    subscribeStatus = 403;
    expect(await send(hook, confirmation)).toMatchObject(quiet(500));
    expect(confirmed()).toEqual([SUBSCRIBE_URL, SUBSCRIBE_URL]);
    const forged = message({ ...signer.confirmation('SubscriptionConfirmation'), Token: 'other' });
    expect(await send(hook, forged)).toMatchObject(quiet(400));
    expect(confirmed()).toHaveLength(2);
  });

  it('warns of a subscription that was ended', async () => {
    const name = await receiverOf('sns', keys);
    const hook = await world.ready(name);
    expect(await send(hook, message(signer.confirmation('UnsubscribeConfirmation')))).toMatchObject(quiet(200));
    expect(internet.asked.filter((url) => !url.endsWith('.pem'))).toEqual([]);
    const events = await waitFor('the Event', async () => {
      const found = await world.kubectl('events', '--for', `receiver/${name}`, '--types=Warning');
      return found.includes('Unsubscribed') && found;
    });
    expect(events).toContain(TOPIC_ARN);
  });
});

describe('pubsub', () => {
  const keys = { audience: AUDIENCE, email: EMAIL };
  const insert = { action: 'INSERT', tag: 'europe-docker.pkg.dev/acme/apps/webapp:1' };
  const spec = { events: ['INSERT'], resourceFilter: "req.tag.endsWith('webapp:1')" };
  const token = (claims: object = {}) =>
    issuer.sign({ claims: { iss: 'https://accounts.google.com', email: EMAIL, email_verified: true, ...claims } });
  const push = async (payload: unknown, claims: object = {}) =>
    body(payload, { authorization: `Bearer ${await token(claims)}` });
  const wrapped = (data: unknown) => ({
    message: { data: Buffer.from(JSON.stringify(data)).toString('base64'), messageId: '1' },
    subscription: 'projects/acme/subscriptions/flux',
  });

  it.each([
    ['in its envelope', wrapped(insert), WOKEN],
    ['without one', insert, WOKEN],
    ['that is not listed', wrapped({ ...insert, action: 'DELETE' }), quiet(200)],
    ['that a filter refuses', wrapped({ ...insert, tag: 'x' }), quiet(200)],
    ['of any other payload', 'hello', quiet(200)],
    ['with broken base64', { message: { data: '***' }, subscription: 's' }, quiet(400)],
  ])('takes a message %s', async (_what, payload, outcome) => {
    expect(await send(await hookOf('pubsub', keys, spec), await push(payload))).toMatchObject(outcome);
  });

  it('refuses what has no token, or another', async () => {
    const hook = await hookOf('pubsub', keys);
    expect(await send(hook, body(wrapped(insert)))).toMatchObject(quiet(400));
    expect(await send(hook, await push(wrapped(insert), { email: 'other@example.com' }))).toMatchObject(quiet(400));
    expect(await send(hook, await push(wrapped(insert), { exp: 1_700_000_000 }))).toMatchObject(quiet(400));
  });
});

describe('eventgrid', () => {
  const spec = {
    events: ['Microsoft.ContainerRegistry.*'],
    resourceFilter: "req.target.repository == 'webapp'",
  };

  it('answers a validation, and wakes nobody', async () => {
    const { sent, ...outcome } = await send(await hookOf('eventgrid', {}, spec), body([eventgridValidation]));
    expect(outcome).toEqual(quiet(200));
    expect(sent.headers.get('content-type')).toBe('application/json');
    expect(JSON.parse(sent.body)).toEqual({ validationResponse: eventgridValidation.data.validationCode });
  });

  it.each([
    ['an image that was pushed', [acrPush()], WOKEN],
    ['one event', acrPush(), WOKEN],
    ['an event beside others', [acrPush({ eventType: 'x' }), acrPush()], WOKEN],
    ['CloudEvents', [cloudEvent({ type: 'Microsoft.ContainerRegistry.ImagePushed', data: acrPush().data })], WOKEN],
    ['what is not listed', [acrPush({ eventType: 'Microsoft.Storage.BlobCreated' })], quiet(200)],
    ['what a filter refuses', [acrPush({ data: { target: { repository: 'api' } } })], quiet(200)],
    ['what a filter cannot read', [acrPush({ data: {} })], quiet(500)],
    ['what is no object', [acrPush({ data: 'text' })], quiet(500)],
    ['one that fails beside one that does not', [acrPush({ data: {} }), acrPush()], { status: 500, woken: ['a'] }],
    ['something else', { a: 1 }, quiet(400)],
  ])('of %s', async (_what, events, outcome) => {
    expect(await send(await hookOf('eventgrid', {}, spec), body(events))).toMatchObject(outcome);
  });

  it('with a tenant asks for a token of Entra, for the validation too', async () => {
    const hook = await hookOf('eventgrid', { tenant: TENANT, audience: ENTRA_AUDIENCE });
    const token = async (claims: object = {}) => {
      const iss = `https://login.microsoftonline.com/${TENANT}/v2.0`;
      return { authorization: `Bearer ${await issuer.sign({ claims: { iss, aud: ENTRA_AUDIENCE, ...claims } })}` };
    };
    expect(await send(hook, body([acrPush()], await token()))).toMatchObject(WOKEN);
    expect(internet.asked).toEqual([`https://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys`]);
    const v1 = await token({ iss: `https://sts.windows.net/${TENANT}/` });
    expect(await send(hook, body([acrPush()], v1))).toMatchObject(WOKEN);
    expect(await send(hook, body([acrPush()], await token({ aud: AUDIENCE })))).toMatchObject(quiet(400));
    expect(await send(hook, body([acrPush()]))).toMatchObject(quiet(400));
    expect(await send(hook, body([eventgridValidation]))).toMatchObject(quiet(400));
  });
});

describe('OPTIONS', () => {
  const ask = (
    headers: Record<string, string> = { 'webhook-request-origin': 'eventemitter.example.com' },
  ): Webhook => ({
    method: 'OPTIONS',
    headers: { 'webhook-request-callback': `https://${SNS_HOST}/callback`, ...headers },
  });

  it.each([
    ['eventgrid', {}],
    ['cloudevents', { bearerToken: 'b' }],
  ])('of type %s is answered without proof', async (type, keys) => {
    const hook = await hookOf(type, keys);
    const { sent, ...outcome } = await send(hook, ask());
    expect(outcome).toEqual(quiet(200));
    expect(sent.headers.get('webhook-allowed-origin')).toBe('eventemitter.example.com');
    expect(sent.headers.get('webhook-allowed-rate')).toBe('*');
    expect(sent.headers.get('allow')).toBe('POST');
    expect(sent.body).toBe('');
    expect(await send(hook, ask({}))).toMatchObject(quiet(400));
    expect(internet.asked).toEqual([]);
  });

  it('of any other type is no method of theirs', async () => {
    const { sent } = await send(await hookOf('generic', {}), ask());
    expect([sent.status, sent.headers.get('allow')]).toEqual([405, 'POST, GET, PUT']);
    const sns = await send(await hookOf('sns', { topicARNs: TOPIC_ARN }), ask());
    expect([sns.status, sns.sent.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('of a suspended Receiver is answered 503', async () => {
    const name = await receiverOf('eventgrid', {});
    const hook = await world.ready(name);
    await world.kubectl('patch', 'receiver', name, '--type=merge', '-p', '{"spec":{"suspend":true}}');
    await world.settled();
    expect(await send(hook, ask())).toMatchObject(quiet(503));
  });
});

describe('cloudevents', () => {
  const KEY = 'a-key-of-the-test';
  const bearer = { authorization: `Bearer ${KEY}` };
  const event = new CloudEvent({
    id: '1',
    source: '/ci',
    type: 'com.example.pushed',
    data: { tag: 'v1' },
    subject: 'webapp',
  });
  const spec = { events: ['com.example.*'], resourceFilter: "req.tag == 'v1' && msg.subject == 'webapp'" };
  const encoded = (mode: 'binary' | 'structured', headers: Record<string, string>, of = event): Webhook => {
    const message = HTTP[mode](of);
    return body(String(message.body), { ...(message.headers as Record<string, string>), ...headers });
  };
  const batch = (events: readonly unknown[], headers: Record<string, string> = bearer) =>
    body(events, { 'content-type': 'application/cloudevents-batch+json', ...headers });
  const standard = (text: string, at = new Date()) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new StandardWebhook(SECRET).sign('msg_1', at, text),
  });
  const text = String(HTTP.structured(event).body);
  const hmac = (key: string) => ({ 'x-signature': `sha256=${createHmac('sha256', key).update(text).digest('hex')}` });

  it.each(['binary', 'structured'] as const)('in %s mode wake their targets', async (mode) => {
    const hook = await hookOf('cloudevents', { bearerToken: KEY }, spec);
    expect(await send(hook, encoded(mode, bearer))).toMatchObject(WOKEN);
    expect(await send(hook, encoded(mode, bearer, event.cloneWith({ subject: 'api' })))).toMatchObject(quiet(200));
    expect(await send(hook, encoded(mode, bearer, event.cloneWith({ type: 'org.example' })))).toMatchObject(quiet(400));
  });

  it('in batch mode are judged one by one', async () => {
    const hook = await hookOf(
      'cloudevents',
      { bearerToken: KEY },
      {
        events: ['pushed'],
        resources: ['a', 'b'].map((name) => ({ kind: 'ImageRepository', name, filter: `req.name == '${name}'` })),
      },
    );
    const of = (data: unknown, type = 'pushed') => cloudEvent({ type, data });
    expect(await send(hook, batch([of({ name: 'a' }), of({ name: 'b' })]))).toMatchObject({
      status: 200,
      woken: ['a', 'b'],
    });
    expect(await send(hook, batch([of({ name: 'a' }), of({ name: 'b' }, 'other')]))).toMatchObject(WOKEN);
    expect(await send(hook, batch([of({ name: 'b' }), of({})]))).toMatchObject({ status: 500, woken: ['b'] });
    expect(await send(hook, batch([of({ name: 'a' }, 'other')]))).toMatchObject(quiet(400));
    expect(await send(hook, batch([]))).toMatchObject(quiet(200));
  });

  it('of the largest batch are all judged', async () => {
    const hook = await hookOf('cloudevents', { bearerToken: KEY }, { resourceFilter: 'req.n > 0' });
    const events = Array.from({ length: 30_000 }, (_, n) =>
      cloudEvent({ id: `${n}`, source: '/', type: 't', data: { n: n + 1 } }),
    );
    const { status, woken } = await send(hook, batch(events));
    // On a slow machine the PATCH is waited for no longer.
    expect([200, 202]).toContain(status);
    if (status === 200) expect(woken).toEqual(['a']);
    const lines = (await world.log()).filter(({ msg, type }) => msg === 'webhook accepted' && type === 'cloudevents');
    expect(lines.at(-1)).toMatchObject({ targets: 1, status });
  });

  it.each([
    ['hmacKey', KEY, hmac(KEY), hmac('other')],
    ['bearerToken', KEY, bearer, { authorization: 'Bearer other' }],
    ['signingSecret', SECRET, standard(text), standard(`${text} `)],
  ])('with the key %s are proved by that alone', async (key, value, genuine, forged) => {
    const hook = await hookOf('cloudevents', { [key]: value });
    expect(await send(hook, encoded('structured', genuine))).toMatchObject(WOKEN);
    expect(await send(hook, encoded('structured', forged))).toMatchObject(quiet(400));
    expect(await send(hook, encoded('structured', {}))).toMatchObject(quiet(400));
  });

  it('are not taken with a token in the query, nor is what is none', async () => {
    const hook = await hookOf('cloudevents', { bearerToken: KEY });
    expect(await send(`${hook}?access_token=${KEY}`, encoded('binary', bearer))).toMatchObject(quiet(400));
    expect(await send(`${hook}?a=b`, encoded('binary', bearer))).toMatchObject(WOKEN);
    expect(await send(hook, body({ a: 1 }, bearer))).toMatchObject(quiet(400));
  });
});

describe('standard-webhooks', () => {
  const signed = (payload: object, { secret = SECRET, at = new Date() } = {}): Webhook => {
    const text = JSON.stringify(payload);
    return body(text, {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new StandardWebhook(secret).sign('msg_1', at, text),
    });
  };
  const OTHER = `whsec_${Buffer.alloc(24, 'o').toString('base64')}`;

  it('wake their targets, by any of the keys', async () => {
    const spec = { events: ['repository.pushed'], resourceFilter: "msg.id == 'msg_1' && req.ref == 'main'" };
    const hook = await hookOf('standard-webhooks', { signingSecret: `${OTHER} ${SECRET}` }, spec);
    const pushed = { type: 'repository.pushed', ref: 'main' };
    expect(await send(hook, signed(pushed))).toMatchObject(WOKEN);
    expect(await send(hook, signed(pushed, { secret: OTHER }))).toMatchObject(WOKEN);
    expect(await send(hook, signed({ ...pushed, ref: 'dev' }))).toMatchObject(quiet(200));
    expect(await send(hook, signed({ ...pushed, type: 'other' }))).toMatchObject(quiet(400));
  });

  it('are refused with another signature, or of another time', async () => {
    const hook = await hookOf('standard-webhooks', { signingSecret: SECRET });
    expect(await send(hook, signed({}, { secret: OTHER }))).toMatchObject(quiet(400));
    expect(await send(hook, { ...signed({}), body: '{ }' })).toMatchObject(quiet(400));
    for (const minutes of [-10, 10]) {
      const at = new Date(Date.now() + minutes * 60_000);
      expect(await send(hook, signed({}, { at }))).toMatchObject(quiet(400));
    }
    expect(await send(hook, body({}))).toMatchObject(quiet(400));
  });
});

describe('gitlab with a signing token', () => {
  it('is not taken with the token alone', async () => {
    const hook = await hookOf('gitlab', { signingToken: SECRET });
    const text = '{"object_kind":"push"}';
    const at = new Date();
    const headers = {
      'content-type': 'application/json',
      'webhook-id': 'f5e5f430',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new StandardWebhook(SECRET).sign('f5e5f430', at, text),
    };
    expect(await send(hook, body(text, headers))).toMatchObject(WOKEN);
    expect(await send(hook, body(text, { ...headers, 'x-gitlab-token': TOKEN }))).toMatchObject(WOKEN);
    expect(await send(hook, body(text, { ...headers, 'x-gitlab-token': 'other' }))).toMatchObject(quiet(400));
    expect(await send(hook, body(text, { 'x-gitlab-token': TOKEN }))).toMatchObject(quiet(400));
  });
});

describe('a Receiver', () => {
  it.each([
    ['sns', {}, 'topicARNs'],
    ['sns', { topicARNs: 'https://example.com' }, 'topicARNs'],
    ['pubsub', { audience: AUDIENCE }, 'email'],
    ['eventgrid', { tenant: TENANT }, 'audience'],
    ['eventgrid', { tenant: 'contoso.com', audience: AUDIENCE }, 'tenant'],
    ['cloudevents', {}, 'hmacKey'],
    ['cloudevents', { hmacKey: 'a-first-key', bearerToken: 'a-second-key' }, 'bearerToken'],
    ['standard-webhooks', { signingSecret: 'whsec_short' }, 'signingSecret'],
    ['gitlab', { signingToken: SECRET.slice(0, -8) }, 'signingToken'],
  ])('of type %s with the keys %j says which key is wrong', async (type, keys, key) => {
    const name = await receiverOf(type, keys);
    const receiver = await world.reason(name, 'TokenNotFound');
    const message = conditionOf(receiver, 'Ready')?.message;
    expect(message).toContain(`'${key}'`);
    for (const value of Object.values(keys)) expect(message).not.toContain(value);
    expect(receiver.status?.webhookPath ?? '').toBe('');
  });

  it('is served as soon as the key is there', async () => {
    const name = await receiverOf('sns', {});
    await world.reason(name, 'TokenNotFound');
    await world.secret(name, { token: TOKEN, topicARNs: TOPIC_ARN });
    expect(await world.ready(name)).toMatch(/^\/hook\//);
  });

  it('of a type of Flux has no msg', async () => {
    const name = await receiverOf('generic', {}, { resourceFilter: "msg.type == 'x'" });
    expect(conditionOf(await world.reason(name, 'InvalidCELExpression'), 'Ready')?.message).toContain("'msg'");
  });
});
