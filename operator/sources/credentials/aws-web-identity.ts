/** Exchanges a ServiceAccount's token for the credentials of the role that its annotation names, and keeps these. */
import type { Clock } from '../../observe/clock.ts';
import type { ServiceAccount } from '../source.ts';
import { SourceError } from '../source-error.ts';
import { awsCodeOf, isAwsRefusal } from './aws-code.ts';
import type { AwsCredentials, AwsIdentity } from './aws-credentials.ts';
import { type AwsHandler, createAwsHandler } from './aws-handler.ts';

type Client = typeof import('../clients/sqs.ts');

export interface WebIdentity {
  readonly sdk: Client;
  readonly account: ServiceAccount;
  /** STS's. */
  readonly region: string;
  readonly clock: Clock;
}

const AUDIENCE = 'sts.amazonaws.com';
const ROLE_KEY = 'eks.amazonaws.com/role-arn';
const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;
/** Of their life; after it they are exchanged anew. */
const KEPT_SHARE = 0.8;
const TIMEOUT_MS = 10_000;
const MAX_SESSION_NAME = 64;

interface Kept {
  readonly credentials: Promise<AwsIdentity>;
  /** By the wall clock; undefined while they are asked for. */
  untilMs: number | undefined;
}

interface State {
  /** By the ServiceAccount's uid, its role and the region. */
  readonly kept: Map<string, Kept>;
  handler: AwsHandler | undefined;
}

/** @returns a function that throws SourceError AuthenticationFailed for an annotation that is missing or no role. */
export function createWebIdentities(): (identity: WebIdentity) => AwsCredentials {
  const state: State = { kept: new Map(), handler: undefined };
  return (identity) => {
    const { account, region, clock } = identity;
    const roleArn = roleOf(account);
    const key = [account.uid, roleArn, region].join(' ');
    return {
      get() {
        forgetExpired(state, clock.now());
        const { credentials } = state.kept.get(key) ?? keep(state, key, exchange(state, identity, roleArn), clock);
        return credentials;
      },
      forget: () => void state.kept.delete(key),
    };
  };
}

function roleOf({ namespace, name, annotations }: ServiceAccount): string {
  const arn = annotations[ROLE_KEY] ?? '';
  if (ROLE_ARN.test(arn)) return arn;
  const problem = arn === '' ? 'has no annotation' : 'has no ARN of a role in its annotation';
  throw new SourceError('AuthenticationFailed', `ServiceAccount ${namespace}/${name} ${problem} ${ROLE_KEY}`);
}

/** One exchange for all that ask at the same time; one that failed is not kept. */
function keep({ kept }: State, key: string, credentials: Promise<AwsIdentity>, clock: Clock): Kept {
  const entry: Kept = { credentials, untilMs: undefined };
  kept.set(key, entry);
  const begunMs = clock.now();
  credentials.then(
    ({ expiration }) => {
      entry.untilMs = begunMs + (Number(expiration ?? begunMs) - begunMs) * KEPT_SHARE;
    },
    () => {
      if (kept.get(key) === entry) kept.delete(key);
    },
  );
  return entry;
}

function forgetExpired({ kept }: State, nowMs: number): void {
  for (const [key, { untilMs }] of kept) {
    if (untilMs !== undefined && nowMs >= untilMs) kept.delete(key);
  }
}

async function exchange(state: State, { sdk, account, region }: WebIdentity, roleArn: string): Promise<AwsIdentity> {
  const webIdentityToken = await account.token(AUDIENCE);
  state.handler ??= createAwsHandler(sdk, { maxSockets: 1, timeoutMs: TIMEOUT_MS, secret: true });
  const clientConfig = { region, requestHandler: state.handler, maxAttempts: 1 };
  try {
    const roleSessionName = sessionName(account);
    return await sdk.fromWebToken({ roleArn, roleSessionName, webIdentityToken, clientConfig })();
  } catch (error) {
    const code = awsCodeOf(error);
    const options = { cause: error };
    if (!isAwsRefusal(error)) throw new SourceError('Unreachable', `STS in ${region} failed: ${code}`, options);
    const message = `role ${roleArn} does not trust ServiceAccount ${account.namespace}/${account.name}: ${code}`;
    throw new SourceError('AuthenticationFailed', message, options);
  }
}

/** What CloudTrail shows. */
function sessionName({ namespace, name }: ServiceAccount): string {
  return `sluice-${namespace}-${name}`.slice(0, MAX_SESSION_NAME);
}
