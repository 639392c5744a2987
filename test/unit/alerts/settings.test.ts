import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../control-plane/certificates.ts';
import { providerTypes } from '../../../operator/alerts/providers/index.ts';
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
    isCommitStatus: providerTypes.get(spec.type ?? '')?.purpose === 'commit status',
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

it('the headers of the Secret are read', async () => {
  const { settings } = await resolve(ref, { s: { headers: 'A: 12:30\nB: yes' } });
  expect(Object.fromEntries(settings.headers)).toEqual({ A: '12:30', B: 'true' });
});

describe('an App of GitHub without one installation', () => {
  const app = { token: 't', githubAppID: '1', githubAppPrivateKey: 'pem' };
  const wanted =
    "failed to get TLS config: secret 'apps/s' must contain exactly one of 'githubAppInstallationOwner' or 'githubAppInstallationID'";

  it.each(['github', 'gitlab', 'gitea', 'bitbucket', 'bitbucketserver', 'azuredevops'])(
    'is refused in the Secret of %s',
    async (type) => {
      const both = { ...app, githubAppInstallationID: '2', githubAppInstallationOwner: 'acme' };
      for (const secret of [app, both]) {
        await expect(resolve({ ...ref, type }, { s: secret })).rejects.toThrow(wanted);
      }
    },
  );

  it('does no harm elsewhere: to other types, beside certSecretRef, and where it is no App', async () => {
    await resolve(ref, { s: app });
    const { githubAppID, token } = app;
    await resolve({ ...ref, type: 'gitlab' }, { s: { githubAppID, token } });
    await resolve({ ...ref, type: 'gitlab' }, { s: { ...app, githubAppInstallationID: '2' } });
    const { certificatePem } = await createAuthority('one');
    await resolve(
      { ...ref, type: 'gitlab', certSecretRef: { name: 'c' } },
      { s: app, c: { 'ca.crt': certificatePem } },
    );
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
