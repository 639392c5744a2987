/** What is found of one reference, by what the API server answers, or by what is watched. */
import { describe, expect, it } from 'vitest';
import type { ResourceReference } from '../../../../operator/api/receiver/receiver.ts';
import { ApiError, ConnectionError } from '../../../../operator/kube/api-error.ts';
import { createDiscovery } from '../../../../operator/kube/discovery.ts';
import { crossNamespace, faulty } from '../../../../operator/receivers/references/finding.ts';
import { type LookUpOptions, lookUp } from '../../../../operator/receivers/references/look-up.ts';
import { targetReference } from '../../../../operator/receivers/target-reference.ts';
import { createScriptedApi } from '../scripted-api.ts';

const REPOSITORY = { kind: 'GitRepository', name: 'app' };
const SELECTING = { kind: 'GitRepository', name: '*', matchLabels: { team: 'web' } };
const SEA = { ...SELECTING, matchLabels: { team: 'sea' } };
const WIDGET = { apiVersion: 'example.com/v1', kind: 'Widget', name: 'app' };
const NODE = { apiVersion: 'v1', kind: 'Node', name: 'a' };
const WIDGETS = { resources: [{ name: 'widgets', kind: 'Widget', namespaced: true }] };
const NODES = { resources: [{ name: 'nodes', kind: 'Node', namespaced: false }] };
const missing = new ApiError(404, { reason: 'NotFound', message: 'it is not there' }, undefined);
const unserved = new ApiError(404, undefined, undefined);
const refused = new ApiError(403, { reason: 'Forbidden', message: 'no' }, undefined);

const referenceTo = (entry: ResourceReference) => targetReference(entry, 0, 'apps');

function setUp(answer: unknown, discovered: unknown = WIDGETS) {
  const api = createScriptedApi();
  const isDiscovery = (path: string) => ['/apis/example.com/v1', '/api/v1'].includes(path);
  api.answer(({ path }) => (isDiscovery(path) ? discovered : answer));
  const { client } = api;
  const options: LookUpOptions = { client, discovery: createDiscovery(client), watches: { listed: () => undefined } };
  return { api, options };
}

describe('a reference that is not watched', () => {
  it.each<[what: string, entry: ResourceReference, answer: unknown, found: object]>([
    ['is there', REPOSITORY, { metadata: { name: 'app' } }, { reason: 'Resolved' }],
    ['is not there', REPOSITORY, missing, { reason: 'TargetNotFound', text: 'GitRepository apps/app does not exist' }],
    [
      'is of a kind of Flux that is not installed',
      REPOSITORY,
      unserved,
      { reason: 'KindUnknown', text: 'the API server has no kind GitRepository in source.toolkit.fluxcd.io/v1' },
    ],
    [
      'may not be read',
      REPOSITORY,
      refused,
      {
        reason: 'TargetForbidden',
        text: 'the operator has no right to get gitrepositories.source.toolkit.fluxcd.io in namespace apps',
      },
    ],
    ['selects some', SELECTING, { items: [{ metadata: { name: 'app' } }] }, { reason: 'Resolved' }],
    [
      'selects none',
      SELECTING,
      { items: [] },
      { reason: 'NothingSelected', text: 'no GitRepository in namespace apps has the labels team=web' },
    ],
    [
      'selects none of all',
      { ...SELECTING, matchLabels: {} },
      { items: null },
      { reason: 'NothingSelected', text: 'there is no GitRepository in namespace apps' },
    ],
    [
      'may not be listed',
      SELECTING,
      refused,
      {
        reason: 'TargetForbidden',
        text: 'the operator has no right to list gitrepositories.source.toolkit.fluxcd.io in namespace apps',
      },
    ],
    ['is of another kind', WIDGET, { metadata: { name: 'app' } }, { reason: 'Resolved' }],
    ['is of a kind that is gone', WIDGET, unserved, { reason: 'KindUnknown' }],
  ])('%s', async (_what, entry, answer, found) => {
    const { options, api } = setUp(answer);
    expect(await lookUp(options, referenceTo(entry), undefined)).toEqual({
      finding: expect.objectContaining(found),
      watched: false,
    });
    expect(api.requests.at(-1)).toMatchObject({ background: true });
  });

  it('asks for one object of those that it selects', async () => {
    const { options, api } = setUp({ items: [] });
    await lookUp(options, referenceTo(SELECTING), undefined);
    expect(api.requests.map(({ query }) => query)).toEqual([{ labelSelector: 'team=web', limit: 1 }]);
  });

  it.each<[entry: ResourceReference, answer: ApiError, text: string]>([
    [NODE, missing, 'Node a does not exist'],
    [NODE, refused, 'the operator has no right to get nodes'],
  ])('of a kind without namespaces names none', async (entry, answer, text) => {
    const { options } = setUp(answer, NODES);
    expect((await lookUp(options, referenceTo(entry), undefined)).finding.text).toBe(text);
  });

  it.each([new ConnectionError('away'), new ApiError(503, undefined, undefined)])(
    'is not known while the API server answers nothing: %s',
    async (error) => {
      const { options } = setUp(error);
      await expect(lookUp(options, referenceTo(REPOSITORY), undefined)).rejects.toBe(error);
    },
  );

  it('to a kind that the API server has not asks for no object', async () => {
    const { options, api } = setUp({}, { resources: [] });
    const { finding } = await lookUp(options, referenceTo(WIDGET), undefined);
    expect(finding.reason).toBe('KindUnknown');
    expect(api.asked).toEqual(['GET /apis/example.com/v1']);
  });
});

describe('a reference that is not allowed', () => {
  const elsewhere = referenceTo({ ...REPOSITORY, namespace: 'other' });
  const forbidden = crossNamespace(elsewhere, 'apps');

  it('is not asked for', async () => {
    const { options, api } = setUp({});
    expect((await lookUp(options, elsewhere, forbidden)).finding).toEqual({
      reason: 'TargetForbidden',
      text: 'GitRepository other/app is not in namespace apps, and --no-cross-namespace-refs is set',
      remedy: 'name a target of this namespace, or unset the flag',
    });
    expect(api.asked).toEqual([]);
  });

  it('to an unknown kind is that in the first place', async () => {
    const { options } = setUp({}, { resources: [] });
    const widget = referenceTo({ ...WIDGET, namespace: 'other' });
    expect((await lookUp(options, widget, forbidden)).finding.reason).toBe('KindUnknown');
  });
});

describe('a reference to what is watched', () => {
  const known = new Map(
    [
      { namespace: 'apps', name: 'app', labels: { team: 'web' } },
      { namespace: 'other', name: 'far', labels: { team: 'sea' } },
    ].map((metadata) => [`${metadata.namespace}/${metadata.name}`, { metadata }]),
  );

  const listed = () => ({ get: (key: string) => known.get(key), values: () => known.values() }) as never;

  it.each<[entry: ResourceReference]>([
    [REPOSITORY],
    [SELECTING],
    [{ ...SEA, namespace: 'other' }],
    [{ ...SELECTING, matchLabels: {} }],
  ])('%j is found without a request', async (entry) => {
    const { options, api } = setUp(missing);
    const found = await lookUp({ ...options, watches: { listed } }, referenceTo(entry), undefined);
    expect(found).toEqual({ finding: expect.objectContaining({ reason: 'Resolved' }), watched: true });
    expect(api.asked).toEqual([]);
  });

  it.each<[entry: ResourceReference, answer: unknown, reason: string]>([
    [{ ...REPOSITORY, namespace: 'other' }, missing, 'TargetNotFound'],
    [{ ...REPOSITORY, namespace: 'other' }, { metadata: { name: 'app' } }, 'Resolved'],
    [SEA, { items: [] }, 'NothingSelected'],
    [{ ...SELECTING, matchLabels: {}, namespace: 'empty' }, { items: [] }, 'NothingSelected'],
    [SEA, { items: [{ metadata: { name: 'new', namespace: 'apps' } }] }, 'Resolved'],
  ])('%j is missing only where the API server says so too, as the watch may lag', async (entry, answer, reason) => {
    const { options, api } = setUp(answer);
    const found = await lookUp({ ...options, watches: { listed } }, referenceTo(entry), undefined);
    expect(found).toEqual({ finding: expect.objectContaining({ reason }), watched: true });
    expect(api.asked).toHaveLength(1);
  });
});

describe('an entry that can mean no object', () => {
  it.each<[entry: ResourceReference, reason: string, text: string, remedy: string]>([
    [{ ...REPOSITORY, name: 'a/b' }, 'TargetInvalid', `name "a/b" must not contain '/'`, 'correct name'],
    [{ ...REPOSITORY, namespace: '..' }, 'TargetInvalid', `namespace ".." must not be '..'`, 'correct namespace'],
    [
      { ...REPOSITORY, name: '*' },
      'TargetInvalid',
      "name '*' needs matchLabels; {} selects every GitRepository of the namespace",
      'correct the entry',
    ],
    [
      { kind: 'Kustomization', name: 'app' },
      'KindUnknown',
      'apiVersion is required for kind Kustomization, which has no default',
      'correct apiVersion',
    ],
  ])('%j', (entry, reason, text, remedy) => {
    const { fault } = referenceTo(entry);
    expect(fault && faulty(fault)).toEqual({ reason, text, remedy });
  });
});
