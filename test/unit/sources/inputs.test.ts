/** Who the operator is to a broker, and what a connection is made from. */
import { describe, expect, it } from 'vitest';
import type { BrokerReceiverSpec } from '../../../operator/api/broker-receiver/broker-receiver.ts';
import { ApiError, ConnectionError } from '../../../operator/kube/api-error.ts';
import type { CompiledSource } from '../../../operator/sources/compile.ts';
import { compileSource } from '../../../operator/sources/compile.ts';
import { areSameInputs, type Inputs, type InputsOptions, readInputs } from '../../../operator/sources/inputs.ts';
import type { SourceType } from '../../../operator/sources/source.ts';
import { aBrokerReceiver } from './a-broker-receiver.ts';
import { memoryType } from './memory-type.ts';

const refusal = (status: number) => new ApiError(status, undefined, undefined);
const secrets: Record<string, Record<string, Buffer>> = {
  'apps/login': { username: Buffer.from('me') },
  'apps/ca': { 'ca.crt': Buffer.from('PEM') },
  'apps/certificate': { 'tls.crt': Buffer.from('PEM') },
  'apps/key': { 'ca.crt': Buffer.from('PEM'), 'tls.key': Buffer.from('PEM') },
};

interface Row {
  readonly need?: ReturnType<SourceType['identity']>;
  readonly spec?: Partial<BrokerReceiverSpec>;
  readonly options?: Partial<InputsOptions>;
  readonly namespace?: string;
}

const defaults: InputsOptions = {
  async secret(namespace, name) {
    return secrets[`${namespace}/${name}`];
  },
  serviceAccounts: {
    async read(namespace, name) {
      if (name === 'forbidden') throw refusal(403);
      if (name === 'missing') throw refusal(404);
      return { uid: `${namespace}/${name}`, annotations: { role: 'r' } };
    },
    async token(_namespace, name, audience) {
      if (name === 'tokenless') throw refusal(403);
      return `token for ${audience}`;
    },
  },
  receiverState: () => 'ready',
  defaultServiceAccount: '',
  ownNamespace: 'flux-system',
  sharedIdentity: false,
};

function read({ need = 'required', spec = {}, options = {}, namespace = 'apps' }: Row): Promise<Inputs> {
  const type: SourceType = { ...(memoryType as SourceType), identity: () => need };
  const object = aBrokerReceiver(spec, { metadata: { namespace } });
  const compiled: CompiledSource = compileSource(object, new Map([['sqs', type]]));
  return readInputs({ ...defaults, ...options }, object, compiled);
}

const named = { serviceAccountName: 'events' };
const all = { defaultServiceAccount: 'fallback', sharedIdentity: true };

describe('the identity', () => {
  it.each<[name: string, row: Row, identity: object]>([
    ['a Secret comes first', { spec: { secretRef: { name: 'login' } }, options: all }, { kind: 'secret' }],
    ['then the ServiceAccount that is named', { spec: named, options: all }, { account: { name: 'events' } }],
    ['then the default one', { options: all }, { account: { name: 'fallback', namespace: 'apps' } }],
    ["then the operator's own, for its own namespace", { namespace: 'flux-system' }, { kind: 'operator' }],
    ['or for all', { options: { sharedIdentity: true } }, { kind: 'operator' }],
    ['none where none can be used', { need: 'secret-only', options: all }, { kind: 'none' }],
    ['none where none is needed, and none is named', { need: 'optional', options: all }, { kind: 'none' }],
    ['the one that is named where none is needed', { need: 'optional', spec: named }, { account: { name: 'events' } }],
  ])('%s', async (_name, row, identity) => {
    expect((await read(row)).identity).toMatchObject(identity);
  });

  it.each<[name: string, row: Row, code: string, message: RegExp]>([
    ['none may be used', {}, 'ServiceAccountNotAllowed', /^no identity may be used: set spec\.secretRef/],
    [
      'it may not be read',
      { spec: { serviceAccountName: 'forbidden' } },
      'ServiceAccountNotAllowed',
      /lacks the right to get serviceaccounts on ServiceAccount apps\/forbidden: .*sources\.serviceAccounts/,
    ],
    [
      'it is missing',
      { spec: { serviceAccountName: 'missing' } },
      'ServiceAccountNotAllowed',
      /apps\/missing of spec\.serviceAccountName not found/,
    ],
    [
      'the default is missing',
      { options: { defaultServiceAccount: 'missing' } },
      'ServiceAccountNotAllowed',
      /of --default-service-account not found/,
    ],
    [
      'it is no name',
      { spec: { serviceAccountName: '../default' } },
      'ServiceAccountNotAllowed',
      /spec\.serviceAccountName/,
    ],
    [
      'the Secret is missing',
      { spec: { secretRef: { name: 'other' } } },
      'SecretNotFound',
      /Secret apps\/other of spec\.secretRef not found/,
    ],
    [
      'its certificates are',
      { spec: { ...named, certSecretRef: { name: 'other' } } },
      'SecretNotFound',
      /of spec\.certSecretRef not found/,
    ],
    [
      'its certificates have no key',
      { spec: { ...named, certSecretRef: { name: 'certificate' } } },
      'SecretNotFound',
      /^Secret apps\/certificate of spec\.certSecretRef lacks the key tls\.key$/,
    ],
    [
      'its key has no certificate',
      { spec: { ...named, certSecretRef: { name: 'key' } } },
      'SecretNotFound',
      /lacks the key tls\.crt$/,
    ],
    [
      'its certificates are none',
      { spec: { ...named, certSecretRef: { name: 'login' } } },
      'SecretNotFound',
      /lacks the key ca\.crt, or tls\.crt with tls\.key$/,
    ],
    [
      'the Secret may not be read',
      { spec: { secretRef: { name: 'login' } }, options: { secret: () => Promise.reject(refusal(403)) } },
      'SecretNotFound',
      /may not be read by the operator/,
    ],
  ])('is refused where %s', async (_name, row, code, message) => {
    await expect(read(row)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('lends tokens of its ServiceAccount', async () => {
    const { identity } = await read({ spec: named });
    expect(identity.kind === 'service-account' && (await identity.account.token('aws'))).toBe('token for aws');
    const { identity: other } = await read({ spec: { serviceAccountName: 'tokenless' } });
    await expect(other.kind === 'service-account' && other.account.token('aws')).rejects.toMatchObject({
      code: 'ServiceAccountNotAllowed',
      message: expect.stringContaining('create serviceaccounts/token on ServiceAccount apps/tokenless'),
    });
  });

  it('is not known while the API server is away', async () => {
    const away = new ConnectionError('away');
    await expect(
      read({ spec: { secretRef: { name: 'a' } }, options: { secret: () => Promise.reject(away) } }),
    ).rejects.toBe(away);
  });
});

describe('the Receiver', () => {
  it.each([
    ['missing', { code: 'ReceiverNotFound' }],
    ['not-ready', { code: 'ReceiverNotReady' }],
    ['loading', { name: 'ReceiversLoadingError' }],
  ] as const)('that is %s', async (state, error) => {
    const spec = { receiverRef: { name: 'github' }, ...named };
    await expect(read({ spec, options: { receiverState: () => state } })).rejects.toMatchObject(error);
  });

  it('that is ready', async () => {
    expect(await read({ spec: { receiverRef: { name: 'github' }, ...named } })).toBeDefined();
  });
});

describe('two readings are the same', () => {
  it.each<[name: string, one: Row, other: Row, same: boolean]>([
    [
      'of the same Secret',
      { spec: { secretRef: { name: 'login' } } },
      { spec: { secretRef: { name: 'login' } } },
      true,
    ],
    ['of a Secret and none', { spec: { secretRef: { name: 'login' } } }, { need: 'secret-only' }, false],
    ['of certificates and none', { spec: { ...named, certSecretRef: { name: 'ca' } } }, { spec: named }, false],
    ['of the same ServiceAccount', { spec: named }, { spec: named }, true],
    ['of two ServiceAccounts', { spec: named }, { spec: { serviceAccountName: 'other' } }, false],
  ])('%s', async (_name, one, other, same) => {
    expect(areSameInputs(await read(one), await read(other))).toBe(same);
  });

  it('not where a key of the Secret has changed', () => {
    const of = (text: string): Inputs => ({
      identity: { kind: 'secret', data: { a: Buffer.from(text) } },
      certificates: undefined,
    });
    expect(areSameInputs(of('1'), of('1'))).toBe(true);
    expect(areSameInputs(of('1'), of('2'))).toBe(false);
  });
});
