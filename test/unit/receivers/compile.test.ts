/** From a Receiver and its Secret to what serves it. */
import { describe, expect, it } from 'vitest';
import { ReceiverError } from '../../../operator/api/errors.ts';
import type { Receiver, ResourceReference } from '../../../operator/api/receiver/receiver.ts';
import { compileRoute, compileSpec, routeIdentity } from '../../../operator/receivers/compile.ts';
import { webhookTypes } from '../../../operator/webhooks/index.ts';
import type { SecretData } from '../../../operator/webhooks/webhook-type.ts';
import { aReceiver, TOKEN } from './a-receiver.ts';

const oidc = {
  type: 'generic-oidc',
  oidcProviders: [{ issuerURL: 'https://issuer.example.com', validations: [{ expression: 'true', message: 'no' }] }],
};

function withoutSecret(changes: Partial<Receiver['spec']>): Receiver {
  const { spec, ...rest } = aReceiver(changes);
  const { secretRef: _secretRef, ...others } = spec;
  return { ...rest, spec: others };
}

const compile = (receiver: Receiver) => compileSpec(receiver, webhookTypes);
const entryOf = (entry: ResourceReference, resourceFilter?: string) =>
  compile(aReceiver({ resources: [entry], ...(resourceFilter === undefined ? {} : { resourceFilter }) })).targets
    .entries[0];

function errorOf(act: () => unknown): string {
  try {
    act();
    return 'none';
  } catch (error) {
    return error instanceof ReceiverError ? `${error.code} ${error.message}` : String(error);
  }
}

describe('a spec', () => {
  it('that breaks a rule is not compiled', () => {
    expect(errorOf(() => compile(aReceiver({ type: 'unknown' })))).toContain('ValidationFailed');
  });

  it.each([
    ['resourceFilter', { resourceFilter: 'nonsense' }, 'InvalidCELExpression spec.resourceFilter: '],
    ['a filter that is no bool', { resourceFilter: 'req.flag' }, 'InvalidCELExpression spec.resourceFilter: '],
    ['vars', { resourceFilter: 'vars.a == 1' }, 'InvalidCELExpression spec.resourceFilter: '],
    ['claims without a token', { resourceFilter: 'claims.sub == "a"' }, 'InvalidCELExpression spec.resourceFilter: '],
    ['claims of a token', { ...oidc, resourceFilter: 'claims.sub == "a"' }, 'none'],
    ['req and res', { resourceFilter: 'req.a == res.metadata.name' }, 'none'],
    [
      'the filter of an entry',
      {
        resources: [
          { kind: 'Bucket', name: 'a' },
          { kind: 'Bucket', name: 'b', filter: '1' },
        ],
      },
      'InvalidCELExpression spec.resources[1].filter: ',
    ],
  ])('with %s', (_what, spec, expected) => {
    expect(errorOf(() => compile('oidcProviders' in spec ? withoutSecret(spec) : aReceiver(spec)))).toContain(expected);
  });

  it.each([
    ['gitlab', ['Push Hook'], ['push hook']],
    ['gitlab', ['Push*'], []],
    ['gitlab', [], undefined],
    ['gitlab', undefined, undefined],
    ['generic', ['push'], undefined],
    ['sns', ['PUSH Hook'], ['push hook', 'Push Hook']],
    ['sns', ['Push*'], ['push hook', 'Push Hook', 'push']],
    ['sns', [], undefined],
  ])('of type %s with events %j', (type, events, expected) => {
    const list = compile(aReceiver({ type, ...(events === undefined ? {} : { events }) })).events;
    const listed = list && ['push hook', 'Push Hook', 'push', 'other', ''].filter((event) => list.has(event));
    expect(listed).toEqual(expected);
  });
});

describe('an entry', () => {
  it.each<[entry: ResourceReference, expected: object]>([
    [
      { kind: 'GitRepository', name: 'a' },
      { apiVersion: 'source.toolkit.fluxcd.io/v1', namespace: 'apps', field: 'spec.resources[0]', fault: undefined },
    ],
    [{ kind: 'ImageRepository', name: 'a', apiVersion: '' }, { apiVersion: 'image.toolkit.fluxcd.io/v1' }],
    [
      { kind: 'Bucket', name: 'a', namespace: '' },
      { namespace: 'apps', fault: undefined },
    ],
    [
      { kind: 'GitRepository', name: 'a', apiVersion: 'x/v2', namespace: 'b' },
      { apiVersion: 'x/v2', namespace: 'b' },
    ],
    [
      { kind: 'GitRepository', name: 'a', matchLabels: { a: 'b' } },
      { matchLabels: undefined, needsMetadata: false },
    ],
    [
      { kind: 'GitRepository', name: '*', matchLabels: {} },
      { matchLabels: {}, needsMetadata: true, fault: undefined },
    ],
    [{ kind: 'GitRepository', name: 'a', filter: 'res.kind == ""' }, { needsMetadata: true }],
    [{ kind: 'GitRepository', name: 'a', filter: 'req.a == 1' }, { needsMetadata: false }],
  ])('%j', (entry, expected) => {
    expect(entryOf(entry)).toMatchObject(expected);
  });

  it('needs metadata for a resourceFilter that reads it', () => {
    expect(entryOf({ kind: 'Bucket', name: 'a' }, 'res.kind == ""')?.needsMetadata).toBe(true);
    expect(entryOf({ kind: 'Bucket', name: 'a' }, 'req.a == ""')?.needsMetadata).toBe(false);
  });

  it.each<[entry: ResourceReference, fault: string]>([
    [{ kind: 'Bucket', name: 'a/b' }, 'spec.resources[0].name "a/b" '],
    [{ kind: 'Bucket', name: '..' }, 'spec.resources[0].name ".." '],
    [{ kind: 'Bucket', name: 'a', namespace: 'b/c' }, 'spec.resources[0].namespace "b/c" '],
    [{ kind: 'Bucket', name: '*' }, "name '*' needs matchLabels"],
    [{ kind: 'Widget', name: 'a' }, 'spec.resources[0].apiVersion is required for kind Widget'],
  ])('%j says what is wrong with it, and leaves the others alone', (entry, fault) => {
    const { entries } = compile(aReceiver({ resources: [entry, { kind: 'Bucket', name: 'ok' }] })).targets;
    expect(entries[0]?.fault).toContain(fault);
    expect(entries[1]?.fault).toBeUndefined();
  });
});

describe('a route', () => {
  const route = (receiver: Receiver, secret: SecretData | undefined) =>
    compileRoute(receiver, compile(receiver), secret);

  it('has the path that Flux gives it', () => {
    const receiver = aReceiver({}, { name: 'github-receiver', namespace: 'flux-system' });
    expect(route(receiver, { token: TOKEN }).path).toBe(
      '/hook/be1782fa344b4a24ea458be2dde11f9c289b91e79282805c61cae3c6d5364741',
    );
  });

  it('of a type without a Secret has a path without a token', () => {
    const receiver = withoutSecret(oidc);
    expect(route(receiver, undefined).path).toBe(route(receiver, { token: TOKEN }).path);
  });

  it.each<[secret: SecretData | undefined, message: string]>([
    [undefined, 'TokenNotFound Secret apps/token not found'],
    [{}, "TokenNotFound Secret apps/token has no key 'token'"],
    [{ token: Buffer.alloc(0) }, "TokenNotFound Secret apps/token has an empty 'token'"],
  ])('needs a token: %j', (secret, message) => {
    expect(errorOf(() => route(aReceiver(), secret))).toBe(message);
  });

  it.each<[what: string, secret: SecretData, previous: boolean]>([
    ['absent', {}, false],
    ['empty', { previousToken: Buffer.alloc(0) }, false],
    ['equal to the token', { previousToken: Buffer.from(TOKEN) }, false],
    ['another one', { previousToken: Buffer.from('old') }, true],
  ])('has a second path where previousToken is %s', (_what, secret, previous) => {
    const compiled = route(aReceiver(), { token: TOKEN, ...secret });
    const expected = previous ? route(aReceiver(), { token: Buffer.from('old') }).path : undefined;
    expect(compiled.path).toBe(route(aReceiver(), { token: TOKEN }).path);
    expect(compiled.previousPath).toBe(expected);
    expect(compiled.route.credential).toBe('token');
  });

  it('needs a token, whatever the previous one is, and of a type without a Secret has no credential', () => {
    expect(errorOf(() => route(aReceiver(), { previousToken: TOKEN }))).toContain("has no key 'token'");
    expect(route(withoutSecret(oidc), { token: TOKEN, previousToken: Buffer.from('old') })).toMatchObject({
      previousPath: undefined,
    });
    expect(route(withoutSecret(oidc), undefined).route.credential).toBeUndefined();
  });

  it.each([
    [{}, false],
    [{ resourceFilter: '' }, false],
    [{ resourceFilter: 'true' }, true],
    [{ resources: [{ kind: 'Bucket', name: 'a', filter: 'true' }] }, true],
  ])('with %j is filtered: %s', (spec, filtered) => {
    expect(route(aReceiver(spec), { token: TOKEN }).route.serving?.filtered).toBe(filtered);
  });

  it('is told by its Receiver', () => {
    const createdAt = '2026-01-01T00:00:00Z';
    const identity = { key: 'apps/web', namespace: 'apps', name: 'web', uid: 'u1', createdAt };
    expect(routeIdentity(aReceiver())).toEqual(identity);
    const { creationTimestamp: _created, ...metadata } = aReceiver().metadata;
    expect(routeIdentity({ ...aReceiver(), metadata }).createdAt).toBe('');
  });
});
