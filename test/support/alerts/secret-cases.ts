/** For each type of Provider a Secret whose every value is a canary, and the service that it is for. */
import { generateKeyPairSync } from 'node:crypto';
import type { ProviderSpec } from '../../../operator/api/provider/provider.ts';
import type { RecorderAnswer } from './recorder.ts';
import { scenarios } from './scenarios.ts';

export interface SecretCase {
  readonly type: string;
  /** Where a type can be used in several ways. */
  readonly how?: string;
  readonly spec?: Partial<ProviderSpec>;
  /** Beside those that every Secret of the test has. @param origin `http://127.0.0.1:port` of the service. */
  secret(origin: string): Readonly<Record<string, string>>;
  /** Of a service that takes everything. */
  readonly answers?: readonly RecorderAnswer[];
  /** Not HTTP: what stands for the service. */
  readonly service?: 'nats' | 'event hub';
  /** It reads no address, or takes any. */
  readonly takesAnyAddress?: boolean;
}

const HOOK = '/canary-path-of-hook/hook?key=canary-key-1';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const at = (path: string) => (origin: string) => ({ address: `${origin}${path}` });
/** User and password in the address of a repository, whose name is none of a secret. */
const repository =
  (path = '/acme/ledger') =>
  (origin: string) => ({ address: `${origin.replace('://', '://canary-user:canary-login@')}${path}` });

const HOOKS = ['slack', 'rocket', 'msteams', 'googlechat', 'webex', 'lark', 'zulip', 'zoom', 'opsgenie'];
const MORE_HOOKS = ['pagerduty', 'incident.io', 'datadog', 'alertmanager', 'grafana', 'discord', 'generic', 'otel'];

export const SECRET_CASES: readonly SecretCase[] = [
  ...[...HOOKS, ...MORE_HOOKS, 'generic-hmac'].map((type) => ({ type, secret: at(HOOK), answers: answersOf(type) })),
  { type: 'matrix', secret: at('/canary-path-of-matrix') },
  { type: 'telegram', secret: () => ({ token: '12:canary-bot' }), takesAnyAddress: true },
  {
    type: 'sentry',
    secret: (origin) => ({ address: `${origin.replace('://', '://canary-public-key@')}/canary-path-of-sentry/4` }),
  },
  ...['github', 'gitlab', 'gitea', 'azuredevops'].map(gitCase),
  ...['githubdispatch', 'githubpullrequestcomment', 'gitlabmergerequestcomment', 'giteapullrequestcomment'].map(
    gitCase,
  ),
  gitCase('bitbucketserver'),
  {
    ...gitCase('bitbucket'),
    secret: (origin) => ({ ...repository()(origin), token: 'canary-user:canary-app-password' }),
  },
  {
    type: 'github',
    how: 'as an App',
    secret: (origin) => ({
      ...repository()(origin),
      token: '',
      password: '',
      username: '',
      githubAppID: 'canary-12',
      githubAppInstallationID: 'canary-99',
      githubAppPrivateKey: PEM,
      githubAppBaseURL: `${origin}/canary-base`,
    }),
    answers: [
      json('POST /canary-base/app/installations/canary-99/access_tokens', {
        token: 'canary-installation-token',
        expires_at: '2100-01-01T00:00:00Z',
      }),
      ...answersOf('github'),
    ],
  },
  {
    type: 'googlepubsub',
    spec: { channel: 'flux-events' },
    secret: () => ({
      address: 'canary-project',
      token: JSON.stringify({ type: 'service_account', client_email: 'canary@billing.iam', private_key: PEM }),
    }),
    answers: [json('POST /token', { access_token: 'canary-access-token', expires_in: 3_600, token_type: 'Bearer' })],
    takesAnyAddress: true,
  },
  {
    type: 'nats',
    service: 'nats',
    spec: { channel: 'flux.events' },
    secret: (origin) => ({ address: origin.replace(/^http/, 'nats') }),
  },
  {
    type: 'azureeventhub',
    service: 'event hub',
    secret: (origin) => ({ address: connectionString(origin) }),
  },
];

function gitCase(type: string): SecretCase {
  const path = new URL(scenarios.get(type)?.provider.address ?? '', 'http://SERVER').pathname;
  return { type, secret: repository(path), answers: answersOf(type) };
}

function answersOf(type: string): readonly RecorderAnswer[] {
  return scenarios.get(type)?.serverAnswers ?? [];
}

function json(match: string, body: object): RecorderAnswer {
  return { match, status: 200, body: JSON.stringify(body), header: { 'Content-Type': 'application/json' } };
}

function connectionString(origin: string): string {
  const { protocol, host } = new URL(origin);
  const key = 'SharedAccessKeyName=canary-name;SharedAccessKey=Y2FuYXJ5LXNoYXJlZC1rZXk=';
  const plain = protocol === 'http:' ? 'UseDevelopmentEmulator=true;' : '';
  return `Endpoint=sb://${host};${key};${plain}EntityPath=canary-hub`;
}
