// Webhooks of the types that carry events, through a broker: a real nats-server, a real API server and, by way of a proxy,
// hosts that answer as those of AWS, Google and Microsoft do.

import { Webhook as StandardWebhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineProgress } from '../../control-plane/progress.ts';
import type { ControlPlane } from '../../control-plane/start.ts';
import { startMoto } from '../../scripts/brokers/moto.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { type Internet, startInternet } from '../support/internet.ts';
import { type OidcIssuer, startOidcIssuer } from '../support/oidc-issuer.ts';
import { CERTIFICATE_URL, createSnsSigner, type SnsSigner, SUBSCRIBE_URL, TOPIC_ARN } from '../support/sns-signer.ts';
import { createSourceWorld, type SourceWorld } from '../support/sources/source-world.ts';
import { sqsQueues } from '../support/sources/sqs-queues.ts';
import { waitFor } from '../support/wait-for.ts';
import { TOKEN } from '../support/world.ts';
import { acrPush, cloudEvent, ecrPush, eventgridValidation } from '../unit/sources/envelopes/payloads.ts';

const TENANT = '11111111-2222-3333-4444-555555555555';
const EMAIL = 'flux-push@acme.iam.gserviceaccount.com';
const AUDIENCE = 'https://flux-webhook.example.com';
const SECRET = `whsec_${Buffer.alloc(32, 'k').toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 'o').toString('base64')}`;

let controlPlane: ControlPlane;
let made: SourceWorld;
let internet: Internet;
let signer: SnsSigner;
let issuer: OidcIssuer;

beforeAll(async () => {
  [signer, issuer] = await Promise.all([createSnsSigner(), startOidcIssuer({ audience: AUDIENCE, alg: 'RS256' })]);
  const keys = async () => ({ body: await (await fetch(issuer.jwksUrl)).text() });
  internet = await startInternet({
    'sns.eu-west-1.amazonaws.com': (path) => ({ body: path.endsWith('.pem') ? signer.certificatePem : '<Confirmed/>' }),
    'www.googleapis.com': keys,
    'login.microsoftonline.com': keys,
  });
  controlPlane = await ownControlPlane();
  made = await createSourceWorld(controlPlane, { env: internet.env });
});
afterAll(async () => {
  await made?.end();
  await controlPlane?.stop();
  await internet?.close();
  await issuer?.close();
});

interface Carried {
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Walk {
  /** Of the Receiver, and the name of all that belongs to it. */
  readonly type: string;
  readonly keys: Readonly<Record<string, string>>;
  readonly spec: object;
  readonly genuine: () => Promise<Carried>;
  /** Done, and nothing is annotated. */
  readonly passedOver: readonly (() => Promise<Carried>)[];
  readonly forged: () => Promise<Carried>;
  /** The code of what is wrong with it. */
  readonly code: string;
  /** What else is to be seen. */
  readonly after?: () => Promise<void>;
}

/** A Receiver, and a BrokerReceiver that carries its webhooks. @returns how to send one. */
async function setUp({ type, keys, spec }: Pick<Walk, 'type' | 'keys' | 'spec'>) {
  const { world, consumer, source, publish, reason } = made;
  await world.target('ImageRepository', type);
  await world.secret(type, { token: TOKEN, ...keys });
  const resources = [{ kind: 'ImageRepository', name: type }];
  await world.receiver(type, { type, secretRef: { name: type }, resources, ...spec });
  await consumer(type);
  await source(type, { receiverRef: { name: type } });
  await reason(type, 'Succeeded');
  return ({ body, headers = {} }: Carried) =>
    publish(type, typeof body === 'string' ? body : JSON.stringify(body), headers);
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const signed = (payload: object, secret = SECRET): Carried => {
  const at = new Date();
  const body = JSON.stringify(payload);
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new StandardWebhook(secret).sign('msg_1', at, body),
  };
  return { body, headers };
};
const entra = async (claims: object = {}) => {
  const iss = `https://login.microsoftonline.com/${TENANT}/v2.0`;
  return bearer(await issuer.sign({ claims: { iss, ...claims } }));
};
const google = async (claims: object = {}) =>
  bearer(
    await issuer.sign({
      claims: { iss: 'https://accounts.google.com', email: EMAIL, email_verified: true, ...claims },
    }),
  );
const pushed = (data: object) => ({
  message: { data: Buffer.from(JSON.stringify(data)).toString('base64'), messageId: '1' },
  subscription: 'projects/acme/subscriptions/flux',
});
const ceHeaders = (type: string) => ({
  ...{ 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/ci', 'ce-type': type, 'ce-subject': 'web%20app' },
});

const walks: readonly Walk[] = [
  {
    type: 'cloudevents',
    keys: { bearerToken: 'a-bearer-token' },
    spec: {
      events: ['com.example.*'],
      resourceFilter: "req.tag == 'v1' && msg.subject == 'web app' && msg.path == ['cloudevents']",
    },
    genuine: async () => ({
      body: { tag: 'v1' },
      headers: { ...bearer('a-bearer-token'), ...ceHeaders('com.example.push') },
    }),
    passedOver: [
      async () => ({ body: { tag: 'v1' }, headers: { ...bearer('a-bearer-token'), ...ceHeaders('org.example.push') } }),
      async () => ({ body: { tag: 'v2' }, headers: { ...bearer('a-bearer-token'), ...ceHeaders('com.example.push') } }),
      async () => ({
        body: [cloudEvent({ type: 'org.example', data: { tag: 'v1' } })],
        headers: { ...bearer('a-bearer-token'), 'Content-Type': 'application/cloudevents-batch+json' },
      }),
    ],
    forged: async () => ({ body: { tag: 'v1' }, headers: { ...bearer('guessed'), ...ceHeaders('com.example.push') } }),
    code: 'TokenMismatch',
  },
  {
    type: 'eventgrid',
    keys: { tenant: TENANT, audience: AUDIENCE },
    spec: { events: ['Microsoft.ContainerRegistry.*'], resourceFilter: "req.target.repository == 'webapp'" },
    genuine: async () => ({ body: [acrPush({ eventType: 'x' }), acrPush()], headers: await entra() }),
    passedOver: [
      async () => ({ body: [eventgridValidation], headers: await entra() }),
      async () => ({ body: [acrPush({ eventType: 'Microsoft.Storage.BlobCreated' })], headers: await entra() }),
    ],
    forged: async () => ({ body: [acrPush()], headers: await entra({ aud: 'api://other' }) }),
    code: 'TokenRejected',
  },
  {
    type: 'standard-webhooks',
    keys: { signingSecret: SECRET },
    spec: { events: ['repository.pushed'], resourceFilter: "msg.id == 'msg_1' && req.ref == 'main'" },
    genuine: async () => signed({ type: 'repository.pushed', ref: 'main' }),
    passedOver: [
      async () => signed({ type: 'repository.deleted', ref: 'main' }),
      async () => signed({ type: 'repository.pushed', ref: 'dev' }),
    ],
    forged: async () => signed({ type: 'repository.pushed', ref: 'main' }, OTHER),
    code: 'SignatureMismatch',
  },
  {
    type: 'sns',
    keys: { topicARNs: TOPIC_ARN },
    spec: { events: ['ECR Image Action'], resourceFilter: "msg.path == ['sns', 'eventbridge']" },
    genuine: async () => ({ body: signer.notification(ecrPush()) }),
    passedOver: [
      async () => ({ body: signer.notification(ecrPush({ 'detail-type': 'ECR Image Scan' })) }),
      async () => ({ body: signer.confirmation('SubscriptionConfirmation') }),
      async () => ({ body: signer.confirmation('UnsubscribeConfirmation') }),
    ],
    forged: async () => ({
      body: { ...signer.notification(ecrPush()), Message: JSON.stringify(ecrPush({ id: '2' })) },
    }),
    code: 'SignatureMismatch',
    async after() {
      expect(internet.asked.filter((url) => url === SUBSCRIBE_URL)).toHaveLength(1);
      const warning = await waitFor('the Event', async () =>
        (await made.world.events('sns')).find(({ reason }) => reason === 'Unsubscribed'),
      );
      expect(warning).toMatchObject({ type: 'Warning', note: expect.stringContaining(TOPIC_ARN) });
    },
  },
  {
    type: 'pubsub',
    keys: { audience: AUDIENCE, email: EMAIL },
    spec: { events: ['INSERT'], resourceFilter: "req.tag.endsWith('webapp:1') && msg.id == '1'" },
    genuine: async () => ({ body: pushed({ action: 'INSERT', tag: 'acme/webapp:1' }), headers: await google() }),
    passedOver: [async () => ({ body: pushed({ action: 'DELETE', tag: 'acme/webapp:1' }), headers: await google() })],
    forged: async () => ({
      body: pushed({ action: 'INSERT', tag: 'acme/webapp:1' }),
      headers: await google({ email: 'other@example.com' }),
    }),
    code: 'TokenRejected',
  },
  {
    type: 'gitlab',
    keys: { signingToken: SECRET },
    spec: { events: ['Push Hook'] },
    genuine: async () => gitlab(signed({ object_kind: 'push' })),
    passedOver: [async () => gitlab(signed({ object_kind: 'push' }), { 'X-Gitlab-Event': 'Note Hook' })],
    forged: async () => gitlab({ body: { object_kind: 'push' } }, { 'X-Gitlab-Token': TOKEN }),
    code: 'SignatureMissing',
  },
];

function gitlab({ body, headers }: Carried, more: Readonly<Record<string, string>> = {}): Carried {
  return { body, headers: { 'X-Gitlab-Event': 'Push Hook', ...headers, ...more } };
}

describe('a webhook through NATS for a Receiver', () => {
  it.each(walks)('of type $type', async (walk) => {
    const { type, genuine, passedOver, forged, code, after } = walk;
    const { world, settled, eventsOf } = made;
    const send = await setUp(walk);
    for (const webhook of passedOver) await send(await webhook());
    await send(await forged());
    await settled(type);
    expect(await world.requestedAt('ImageRepository', type)).toBe('');
    await waitFor('the Event', async () =>
      (await eventsOf(type)).some(
        (event) => event.startsWith(`MessageRejected: message FLUX/`) && event.includes(code),
      ),
    );
    expect((await eventsOf(type)).filter((event) => event.startsWith('MessageRejected'))).toHaveLength(1);
    await send(await genuine());
    await waitFor('the target is annotated', () => world.requestedAt('ImageRepository', type));
    await settled(type);
    await after?.();
  });

  it('shares the certificate of SNS with queues that verify', async () => {
    const { world, source, reason } = made;
    const moto = await startMoto(lineProgress());
    const queues = sqsQueues(moto.url);
    try {
      const { url, deadLetters } = await queues.makeWithDeadLetters('verified', 10);
      await world.target('ImageRepository', 'verified');
      await world.secret('aws', { aws_access_key_id: 'owner', aws_secret_access_key: 'owner' });
      await source('verified', {
        ...{
          type: 'sqs',
          sqs: { queueURL: url, region: 'eu-west-1', topicARNs: [TOPIC_ARN] },
          secretRef: { name: 'aws' },
        },
        resources: [{ kind: 'ImageRepository', name: 'verified' }],
      });
      await reason('verified', 'Succeeded');
      await queues.send(url, JSON.stringify({ ...signer.notification({ a: 1 }), Message: '{"a":2}' }));
      await waitFor(
        'the forged message is a dead letter',
        async () => (await queues.counts(deadLetters)).waiting === 1,
      );
      expect(await world.requestedAt('ImageRepository', 'verified')).toBe('');
      await queues.send(url, JSON.stringify(signer.notification({ a: 1 })));
      await waitFor('the target is annotated', () => world.requestedAt('ImageRepository', 'verified'));
      expect(internet.asked.filter((each) => each === CERTIFICATE_URL)).toHaveLength(1);
    } finally {
      queues.stop();
      await moto.stop();
    }
  });
});
