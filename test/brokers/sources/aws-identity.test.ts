/** Who the operator is to Amazon: exchanged at moto's STS, seen by a front of SQS. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { lineProgress } from '../../../control-plane/progress.ts';
import { systemClock } from '../../../operator/observe/clock.ts';
import { createAwsIdentities } from '../../../operator/sources/credentials/aws.ts';
import type { ServiceAccount, Source } from '../../../operator/sources/source.ts';
import { SourceError } from '../../../operator/sources/source-error.ts';
import { type Moto, startMoto } from '../../../scripts/brokers/moto.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { openSqs } from '../../support/sources/open-sqs.ts';
import { type SqsFront, startSqsFront } from '../../support/sources/sqs-front.ts';
import { type SqsQueues, sqsQueues } from '../../support/sources/sqs-queues.ts';

const ROLE = 'arn:aws:iam::123456789012:role/flux-events';
const never = new AbortController().signal;
const refusal = (code: string) => ({
  status: 403,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>SECRET</Message></Error></ErrorResponse>`,
});

let moto: Moto;
let queues: SqsQueues;
let front: SqsFront;
let queueURL: string;
let uids = 0;
const sources: Source[] = [];

beforeAll(async () => {
  moto = await startMoto(lineProgress());
  queues = sqsQueues(moto.url);
});
afterAll(async () => {
  queues?.stop();
  await moto?.stop();
});
beforeEach(async () => {
  front = await startSqsFront({ url: moto.url });
  queueURL = (await queues.make('identity')).replace(moto.url, front.url);
  vi.stubEnv('AWS_ENDPOINT_URL_STS', front.url);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(sources.splice(0).map((source) => source.close()));
  await front.stop();
});

interface TestAccount extends ServiceAccount {
  readonly audiences: string[];
}

function account(overrides: Partial<ServiceAccount> = {}): TestAccount {
  const audiences: string[] = [];
  return {
    audiences,
    namespace: 'apps',
    name: 'flux-events',
    uid: `uid-${++uids}`,
    annotations: { 'eks.amazonaws.com/role-arn': ROLE },
    async token(audience) {
      audiences.push(audience);
      return 'header.TOKEN.signature';
    },
    ...overrides,
  };
}

async function open(of: ServiceAccount, clock = systemClock): Promise<Source> {
  const source = await openSqs({ queueURL }, { identity: { kind: 'service-account', account: of }, clock });
  sources.push(source);
  return source;
}
const EXCHANGE = 'AssumeRoleWithWebIdentity';

test('a token is exchanged once for all sources of a ServiceAccount, and signs with its session', async () => {
  const own = account();
  await Promise.all([open(own), open(own)]);
  expect(own.audiences).toEqual(['sts.amazonaws.com']);
  const [exchange, ...others] = front.calls.filter(({ action }) => action === EXCHANGE);
  expect(others).toEqual([]);
  expect(exchange).toMatchObject({
    scope: '',
    input: {
      RoleArn: ROLE,
      WebIdentityToken: 'header.TOKEN.signature',
      RoleSessionName: 'sluice-apps-flux-events',
    },
  });
  const reads = front.calls.filter(({ action }) => action === 'GetQueueAttributes');
  expect(reads.map(({ scope }) => scope.split('/')[0])).toEqual(reads.map(() => expect.stringMatching(/^ASIA/)));
  expect(reads.every(({ sessionToken }) => sessionToken !== undefined)).toBe(true);
  await open(account());
  expect(front.count(EXCHANGE)).toBe(2);
});

test('what was exchanged is kept until 80 % of its life', async () => {
  const clock = createManualClock(Date.now());
  const own = account();
  const source = await open(own, clock);
  await clock.advance(47 * 60_000);
  await source.receive(10, never);
  expect(front.count(EXCHANGE)).toBe(1);
  await clock.advance(2 * 60_000);
  await source.inspect();
  await source.inspect();
  expect(front.count(EXCHANGE)).toBe(2);
});

test('what was refused is exchanged anew', async () => {
  const source = await open(account());
  const key = front.calls.at(-1)?.scope.split('/')[0] ?? '';
  front.revoked.add(key);
  await expect(source.receive(10, never)).rejects.toMatchObject({ code: 'AuthenticationFailed' });
  expect(await source.receive(10, never)).toEqual([]);
  expect(front.count(EXCHANGE)).toBe(2);
});

test('another role counts at once', async () => {
  const own = account();
  await open(own);
  const annotations = { 'eks.amazonaws.com/role-arn': `${ROLE}-2` };
  await open(account({ uid: own.uid, annotations }));
  expect(front.calls.filter(({ action }) => action === EXCHANGE).map(({ input }) => input.RoleArn)).toEqual([
    ROLE,
    `${ROLE}-2`,
  ]);
});

test.each([
  [{}, 'ServiceAccount apps/flux-events has no annotation eks.amazonaws.com/role-arn'],
  [
    { 'eks.amazonaws.com/role-arn': 'flux-events' },
    'ServiceAccount apps/flux-events has no ARN of a role in its annotation eks.amazonaws.com/role-arn',
  ],
])('with the annotations %j nothing is exchanged', async (annotations, message) => {
  const own = account({ annotations });
  await expect(open(own)).rejects.toMatchObject({ code: 'AuthenticationFailed', message });
  expect(own.audiences).toEqual([]);
});

test.each([
  ['AccessDenied', 'AuthenticationFailed', `role ${ROLE} does not trust ServiceAccount apps/flux-events: AccessDenied`],
  [
    'InvalidIdentityToken',
    'AuthenticationFailed',
    `role ${ROLE} does not trust ServiceAccount apps/flux-events: InvalidIdentityTokenException`,
  ],
])('a refusal of STS, %s, is %s', async (code, reason, message) => {
  front.answers = { [EXCHANGE]: refusal(code) };
  await expect(open(account())).rejects.toMatchObject({ code: reason, message });
  front.answers = {};
  await open(account());
});

test.each([
  ['drop', 'STS in eu-west-1 failed: ECONNRESET'],
  [{ status: 503, body: '<html>' }, 'STS in eu-west-1 failed: status 503'],
] as const)('an STS that answers %j is unreachable', async (answer, message) => {
  front.answers = { [EXCHANGE]: answer };
  await expect(open(account())).rejects.toMatchObject({ code: 'Unreachable', message });
  expect(front.count(EXCHANGE)).toBe(1);
});

test('a token is sent over TLS only, and never to a link-local address', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_STS', 'http://sts.example.com');
  const message = 'STS in eu-west-1 failed: a token is sent over TLS only';
  await expect(open(account())).rejects.toMatchObject({ code: 'Unreachable', message });
  vi.stubEnv('AWS_ENDPOINT_URL_STS', 'https://169.254.169.254');
  await expect(open(account())).rejects.toMatchObject({
    code: 'Unreachable',
    message: 'STS in eu-west-1 failed: the address is link-local',
  });
});

test('where no token is given, that is the reason', async () => {
  const denied = new SourceError('ServiceAccountNotAllowed', 'no right to create tokens');
  await expect(open(account({ token: () => Promise.reject(denied) }))).rejects.toBe(denied);
});

test("the operator's own: its environment, or the role of its own ServiceAccount", async () => {
  const sdk = await import('../../../operator/sources/clients/sqs.ts');
  const ownOf = () =>
    createAwsIdentities()({ sdk, identity: { kind: 'operator' }, region: 'eu-west-1', clock: systemClock }).get();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAENVIRONMENT');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
  expect(await ownOf()).toMatchObject({ accessKeyId: 'AKIAENVIRONMENT' });
  vi.unstubAllEnvs();
  const folder = await mkdtemp(join(tmpdir(), 'sluice-aws-'));
  const file = join(folder, 'token');
  await writeFile(file, 'header.OWN.signature');
  vi.stubEnv('AWS_ENDPOINT_URL_STS', front.url);
  vi.stubEnv('AWS_ROLE_ARN', ROLE);
  vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', file);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  expect(await ownOf()).toMatchObject({ accessKeyId: expect.stringMatching(/^ASIA/) });
  expect(front.calls.at(-1)?.input).toMatchObject({ RoleArn: ROLE, WebIdentityToken: 'header.OWN.signature' });
  await rm(folder, { recursive: true });
});

test.each([
  [{}, 'aws_access_key_id'],
  [{ aws_access_key_id: Buffer.from('AKIA') }, 'aws_secret_access_key'],
  [{ aws_access_key_id: Buffer.from('AKIA'), aws_secret_access_key: Buffer.from(' \n') }, 'aws_secret_access_key'],
])('of the Secret %j the missing key is named', async (data, key) => {
  await expect(openSqs({ queueURL }, { identity: { kind: 'secret', data } })).rejects.toMatchObject({
    code: 'SecretNotFound',
    message: `the Secret of secretRef lacks the key ${key}`,
  });
});

test('without an identity nothing is called', async () => {
  await expect(openSqs({ queueURL }, { identity: { kind: 'none' } })).rejects.toMatchObject({
    code: 'ServiceAccountNotAllowed',
  });
  expect(front.calls).toEqual([]);
});
