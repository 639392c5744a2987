import { describe, expect, it } from 'vitest';
import { createNotifiers } from '../../../operator/alerts/notifiers.ts';
import type { Notifier, ProviderType } from '../../../operator/alerts/provider-type.ts';
import type { SecretData } from '../../../operator/alerts/settings.ts';
import type { Provider, ProviderSpec } from '../../../operator/api/provider/provider.ts';
import { uncountedTokens } from '../../support/alerts/uncounted-tokens.ts';

function providerOf(spec: Partial<ProviderSpec> = {}, uid = 'u'): Provider {
  return { metadata: { name: 'p', namespace: 'apps', uid }, spec: { type: 'toy', ...spec } as ProviderSpec };
}

/** A type that counts, and a Secret that a test changes. */
function setup() {
  const warnings: string[] = [];
  const world = { secret: undefined as SecretData | undefined, prepared: 0, closed: 0, httpClosed: 0, warnings };
  let preparing: Promise<unknown> | undefined;
  const toy: ProviderType = {
    name: 'toy',
    description: 'A toy',
    settings: {},
    deprecation: ({ token }) => (token === 'old' ? 'use another token' : undefined),
    async prepare(): Promise<Notifier> {
      world.prepared += 1;
      await preparing;
      return {
        async send() {},
        async close() {
          world.closed += 1;
          throw new Error('closing failed');
        },
      };
    },
  };
  const notifiers = createNotifiers({
    types: new Map([['toy', toy]]),
    secret: async () => world.secret,
    allowLinkLocal: false,
    warn: ({ metadata }, message) => void warnings.push(`${metadata.name}: ${message}`),
    tokens: uncountedTokens(),
    httpCaller: () => ({
      request: () => Promise.reject(new Error('no request')),
      async close() {
        world.httpClosed += 1;
      },
    }),
  });
  function prepareAfter(until: Promise<unknown>): void {
    preparing = until;
  }
  return { world, notifiers, prepareAfter };
}

const withSecret = { secretRef: { name: 's' } };

/** Ends what follows from what was done. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a notifier', () => {
  it('is made once for a Provider that stays as it is, however many ask', async () => {
    const { world, notifiers } = setup();
    const provider = providerOf();
    const [one, other] = await Promise.all([notifiers.for(provider), notifiers.for(provider)]);
    expect(one).toBe(other);
    expect(await notifiers.for(provider)).toBe(one);
    expect(world).toMatchObject({ prepared: 1, closed: 0 });
  });

  it.each([
    ['changes', { address: 'http://other' }, 'u'],
    ['is made anew under its name', {}, 'other'],
  ])('is made anew, and the old one closed, when its Provider %s', async (_, spec, uid) => {
    const { world, notifiers } = setup();
    await notifiers.for(providerOf());
    await notifiers.for(providerOf(spec, uid));
    await settled();
    expect(world).toMatchObject({ prepared: 2, closed: 1, httpClosed: 1 });
  });

  it('is made anew when a Secret has other data, and not when it is read again', async () => {
    const { world, notifiers } = setup();
    const provider = providerOf(withSecret);
    world.secret = { token: Buffer.from('a') };
    await notifiers.for(provider);
    world.secret = { token: Buffer.from('a') };
    await notifiers.for(provider);
    expect(world.prepared).toBe(1);
    world.secret = { token: Buffer.from('b') };
    await notifiers.for(provider);
    expect(world.prepared).toBe(2);
    expect(notifiers.usersOf('apps/s')).toEqual(['apps/p']);
    expect(notifiers.usersOf('apps/t')).toEqual([]);
  });

  it('warns of settings that are deprecated when it is made', async () => {
    const { world, notifiers } = setup();
    const provider = providerOf(withSecret);
    for (const token of ['new', 'old', 'old']) {
      world.secret = { token: Buffer.from(token) };
      await notifiers.for(provider);
    }
    expect(world.warnings).toEqual(['p: use another token']);
  });

  it('is not kept when it could not be made, and what it has opened is closed', async () => {
    const { world, notifiers, prepareAfter } = setup();
    const provider = providerOf();
    prepareAfter(Promise.reject(new Error('away')));
    await expect(notifiers.for(provider)).rejects.toThrow('away');
    await settled();
    expect(world).toMatchObject({ prepared: 1, httpClosed: 1 });
    prepareAfter(Promise.resolve());
    await notifiers.for(provider);
    expect(world.prepared).toBe(2);
  });

  it('whose Provider goes while it is made is closed when it is made', async () => {
    const { world, notifiers, prepareAfter } = setup();
    const ready = Promise.withResolvers<void>();
    prepareAfter(ready.promise);
    const asked = notifiers.for(providerOf());
    await settled();
    notifiers.forget('apps/p');
    ready.resolve();
    await asked;
    await settled();
    expect(world).toMatchObject({ closed: 1, httpClosed: 1 });
  });

  it.each([
    [undefined, 15_000],
    ['1m30s', 90_000],
    ['0s', 15_000],
    ['999999m', 2 ** 31 - 1],
  ])('has for a timeout of %s one of %d ms', async (timeout, timeoutMs) => {
    const { notifiers } = setup();
    expect(await notifiers.for(providerOf(timeout === undefined ? {} : { timeout }))).toMatchObject({ timeoutMs });
  });

  it('of a type that there is none of is refused', async () => {
    const { notifiers } = setup();
    await expect(notifiers.for(providerOf({ type: 'nope' }))).rejects.toMatchObject({
      verdict: 'final',
      message: "failed to initialize notifier for provider 'p': failed to initialize notifier: provider not supported",
    });
  });
});

it('stopping closes all, whatever fails to close', async () => {
  const { world, notifiers } = setup();
  await notifiers.for(providerOf());
  await notifiers.stop();
  expect(world).toMatchObject({ closed: 1, httpClosed: 1 });
});
