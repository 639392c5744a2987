import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ServiceAccountIdentity } from '../../../../operator/alerts/cloud/service-account.ts';
import { parseEvent } from '../../../../operator/alerts/events/parse-event.ts';
import { eventBody } from '../../../support/alerts/alert-world.ts';
import { type NotifierForOptions, notifierFor, type TestNotifier } from '../../../support/alerts/notifier-for.ts';
import { type Recorder, type RecorderAnswer, startRecorder } from '../../../support/alerts/recorder.ts';

const GOOGLE = [
  'pubsub.googleapis.com',
  'oauth2.googleapis.com',
  'sts.googleapis.com',
  'iamcredentials.googleapis.com',
];
const PUBLISH = '/v1/projects/billing/topics/flux-events:publish';
const POOL = 'projects/12/locations/global/workloadIdentityPools/pool/providers/cluster';
const SPEC = { type: 'googlepubsub', address: 'billing', channel: 'flux-events', secretRef: { name: 'creds' } };

const event = parseEvent(Buffer.from(eventBody('payments', { name: 'ledger', message: 'ready' })));
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const CREDENTIALS = JSON.stringify({
  type: 'service_account',
  client_email: 'flux@billing.iam.gserviceaccount.com',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  token_uri: 'https://elsewhere.example/token',
});

const json = (match: string, body: object, status = 200): RecorderAnswer => ({
  match,
  status,
  body: JSON.stringify(body),
  header: { 'Content-Type': 'application/json' },
});
const ANSWERS = [
  json('POST /token', { access_token: 'of-the-key', expires_in: 3_600, token_type: 'Bearer' }),
  json('POST /v1/token', { access_token: 'federated', expires_in: 3_600, token_type: 'Bearer' }),
  json('POST /v1/projects/-/serviceAccounts/flux@billing.iam.gserviceaccount.com:generateAccessToken', {
    accessToken: 'impersonated',
    expireTime: '2100-01-01T00:00:00Z',
  }),
  json(`POST ${PUBLISH}`, { messageIds: ['1'] }),
];

let google: Recorder;
let notifier: TestNotifier | undefined;
beforeEach(async () => {
  google = await startRecorder(ANSWERS);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await notifier?.end();
  notifier = undefined;
  await google.close();
});

function using(creds: Record<string, string>, options: NotifierForOptions = {}, spec: object = {}): TestNotifier {
  const standIns = new Map(GOOGLE.map((host) => [host, `http://${google.host}`]));
  notifier = notifierFor({ ...SPEC, ...spec }, { secrets: { creds }, standIns, ...options });
  return notifier;
}

/** A ServiceAccount, and the audiences that it was asked for. */
function account(annotations: Record<string, string>) {
  const audiences: string[] = [];
  const identity: ServiceAccountIdentity = {
    annotations: async () => annotations,
    async token(audience) {
      audiences.push(audience);
      return 'token-of-the-account';
    },
  };
  return { audiences, serviceAccounts: () => identity };
}

test('the event is published with a token for the JSON of the Secret, which is kept', async () => {
  const { deliver } = using({ token: CREDENTIALS, headers: 'team: payments\n' });
  await deliver(event);
  await deliver({ ...event, message: 'again' });
  expect(google.requests.map(({ path }) => path)).toEqual(['/token', PUBLISH, PUBLISH]);
  const [asked, published] = google.requests;
  const assertion = new URLSearchParams(asked?.body).get('assertion') ?? '';
  expect(decodeJwt(assertion)).toMatchObject({
    iss: 'flux@billing.iam.gserviceaccount.com',
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    aud: 'https://oauth2.googleapis.com/token',
  });
  expect(published?.headers.authorization).toBe('Bearer of-the-key');
  const { messages } = JSON.parse(published?.body ?? '');
  expect(messages).toEqual([{ data: expect.any(String), attributes: { team: 'payments' } }]);
  expect(JSON.parse(Buffer.from(messages[0].data, 'base64').toString())).toMatchObject({ message: 'ready' });
});

test('a ServiceAccount is exchanged for a token of Google', async () => {
  const { audiences, serviceAccounts } = account({ 'gcp.auth.fluxcd.io/workload-identity-provider': POOL });
  await using({}, { serviceAccounts }, { serviceAccountName: 'flux' }).deliver(event);
  expect(audiences).toEqual([`//iam.googleapis.com/${POOL}`]);
  expect(google.requests.map(({ path }) => path)).toEqual(['/v1/token', PUBLISH]);
  expect(Object.fromEntries(new URLSearchParams(google.requests[0]?.body))).toMatchObject({
    audience: `//iam.googleapis.com/${POOL}`,
    subject_token: 'token-of-the-account',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    scope: 'https://www.googleapis.com/auth/cloud-platform',
  });
  expect(google.requests[1]?.headers.authorization).toBe('Bearer federated');
});

test('a ServiceAccount with an account of Google acts as that one', async () => {
  const { serviceAccounts } = account({
    'gcp.auth.fluxcd.io/workload-identity-provider': POOL,
    'iam.gke.io/gcp-service-account': 'flux@billing.iam.gserviceaccount.com',
  });
  await using({}, { serviceAccounts }, { serviceAccountName: 'flux' }).deliver(event);
  expect(google.requests.map(({ headers }) => headers.authorization)).toEqual([
    undefined,
    'Bearer federated',
    'Bearer impersonated',
  ]);
});

test.each([
  ['gcp.auth.fluxcd.io/workload-identity-provider', 'somewhere'],
  ['iam.gke.io/gcp-service-account', 'somebody@example.com'],
])('a ServiceAccount whose annotation %s is wrong is refused', async (key, value) => {
  const { serviceAccounts } = account({ 'gcp.auth.fluxcd.io/workload-identity-provider': POOL, [key]: value });
  const failure = await using({}, { serviceAccounts }, { serviceAccountName: 'flux' }).failure(event);
  expect([failure.verdict, failure.message]).toEqual(['final', expect.stringContaining(`invalid ${key} annotation`)]);
  expect(google.requests).toEqual([]);
});

test('the emulator is called without credentials', async () => {
  vi.stubEnv('PUBSUB_EMULATOR_HOST', google.host);
  await using({}).deliver(event);
  expect(google.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([[PUBLISH, undefined]]);
});

test.each([
  ['no project', { address: '' }, CREDENTIALS, 'GCP project ID cannot be empty'],
  ['no topic', { channel: '' }, CREDENTIALS, 'GCP Pub/Sub topic ID cannot be empty'],
  ['a token that is not JSON', {}, 'secret', "the Secret's key 'token' is not JSON"],
  ['credentials that lead elsewhere', {}, '{"type":"external_account"}', 'of type service_account or authorized_user'],
  ['credentials without a key', {}, '{"type":"service_account"}', "lacks client_email of Google's JSON credentials"],
])('%s is refused', async (_what, spec, token, message) => {
  const failure = await using({ token }, {}, spec).failure(event);
  expect([failure.verdict, failure.message]).toEqual(['final', expect.stringContaining(message)]);
  expect(google.requests).toEqual([]);
});

test.each([
  ['POST /token', 400, 'final', 'failed to get an access token of Google: status code 400'],
  ['POST /token', 403, 'final', 'failed to get an access token of Google: status code 403'],
  [`POST ${PUBLISH}`, 404, 'final', 'Google Pub/Sub answered with status code 404'],
  [`POST ${PUBLISH}`, 503, 'passing', 'Google Pub/Sub answered with status code 503'],
])('%s that is answered with %i is a failure', async (match, status, verdict, message) => {
  await google.close();
  google = await startRecorder([json(match, { error: 'invalid_grant' }, status), ...ANSWERS]);
  const failure = await using({ token: CREDENTIALS }).failure(event);
  expect([failure.verdict, failure.message]).toEqual([verdict, expect.stringContaining(message)]);
});
