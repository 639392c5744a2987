import { describe, expect, it } from 'vitest';
import { resolveProvider, type SecretData } from '../../../operator/alerts/settings.ts';
import type { ProviderSpec } from '../../../operator/api/provider/provider.ts';
import { uncountedTokens } from '../../support/alerts/uncounted-tokens.ts';

type Texts = Readonly<Record<string, string>>;

async function resolve(spec: Partial<ProviderSpec>, secrets: Readonly<Record<string, Texts>> = {}) {
  const provider = {
    metadata: { name: 'p', namespace: 'apps', uid: 'u' },
    spec: { type: 'generic', ...spec } as ProviderSpec,
  };
  return await resolveProvider(provider, {
    secret: async (_, name) => dataOf(secrets[name]),
    isCommitStatus: false,
    allowLinkLocal: false,
    tokens: uncountedTokens(),
  });
}

function dataOf(texts: Texts | undefined): SecretData | undefined {
  if (texts === undefined) return undefined;
  return Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, Buffer.from(value)]));
}

const ref = { secretRef: { name: 's' } };

describe('the address', () => {
  it.each([
    ['of the spec', { address: 'http://spec' }, undefined, 'http://spec'],
    ["of the Secret replaces the spec's", { address: 'http://spec' }, { address: ' http://own\n' }, 'http://own'],
    ['of the Secret counts also when it is empty', { address: 'http://spec' }, { address: '' }, ''],
    ['of 2048 bytes is taken', {}, { address: 'a'.repeat(2_048) }, 'a'.repeat(2_048)],
  ])('%s', async (_, spec, secret, address) => {
    const { settings } = await resolve({ ...spec, ...(secret && ref) }, secret ? { s: secret } : {});
    expect(settings.address).toBe(address);
  });

  it.each(['a'.repeat(2_049), 'é'.repeat(1_025)])('of more bytes is refused', async (address) => {
    await expect(resolve(ref, { s: { address } })).rejects.toThrow('longer than 2048 bytes');
  });
});

describe('credentials', () => {
  it.each([
    [{ username: 'spec' }, {}, ['spec', '', '']],
    [{ username: 'spec' }, { username: 'own', password: 'p' }, ['own', 'p', '']],
    [{ username: 'spec' }, { password: 'p', token: 't' }, ['spec', 'p', 't']],
    [{}, { username: 'own', token: 't' }, ['own', '', 't']],
    [{}, { token: 't\r\n' }, ['', '', 't']],
    [{}, { token: ' t ' }, ['', '', ' t ']],
  ])('of %j and the Secret %j are %j', async (spec, secret, wanted) => {
    const { settings } = await resolve({ ...spec, ...ref }, { s: secret });
    expect([settings.username, settings.password, settings.token]).toEqual(wanted);
  });
});

describe('headers', () => {
  it.each([
    ['A: yes', [['A', 'true']]],
    ['A: 1.0', [['A', '1']]],
    ['A: 0x1F', [['A', '31']]],
    ['A: 1e3', [['A', '1000']]],
    ['A:', [['A', '']]],
    ['N: a', [['false', 'a']]],
    ["A: '1.0'", [['A', '1.0']]],
    ['', []],
  ])('%j are read as %j', async (headers, wanted) => {
    const { settings } = await resolve(ref, { s: { headers } });
    expect([...settings.headers]).toEqual(wanted);
  });

  it.each(['- a', 'text', 'a: [b]', 'a: {b: c}', '{'])('%j are refused without being shown', async (headers) => {
    await expect(resolve(ref, { s: { headers } })).rejects.toThrow(/^failed to read headers from secret: /);
  });
});

describe('what may not be shown', () => {
  it('is all of the Secrets, and each header with and without its scheme', async () => {
    const { secrets } = await resolve(
      { ...ref, proxySecretRef: { name: 'proxy' }, address: 'http://spec/hook' },
      {
        s: { token: 'tok', password: 'pass', headers: 'Authorization: Bearer canary\nX-Key: key-1\n' },
        proxy: { address: 'http://proxy', username: 'u', password: 'proxy-pass' },
      },
    );
    const wanted = ['tok', 'pass', 'Bearer canary', 'canary', 'key-1', 'proxy-pass', 'http://spec/hook'];
    expect(secrets).toEqual(expect.arrayContaining(wanted));
  });
});

it("a proxy's address of more than 2048 bytes is refused", async () => {
  const proxy = { address: `http://${'a'.repeat(2_048)}` };
  const resolving = resolve({ proxySecretRef: { name: 'proxy' } }, { proxy });
  await expect(resolving).rejects.toThrow("the proxy's address is longer than 2048 bytes");
});

it('a Secret that is missing is named', async () => {
  await expect(resolve(ref)).rejects.toThrow(`failed to get secret 'apps/s': secrets "s" not found`);
});
