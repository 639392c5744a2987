// What one request to a Receiver would do, target by target, and why.
import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../../operator/api/errors.ts';
import type { Receiver, ReceiverSpec } from '../../../../operator/api/receiver/receiver.ts';
import { type ExplainOptions, explain, type FoundObject } from '../../../../operator/deliveries/explain/explain.ts';
import { webhookTypes } from '../../../../operator/webhooks/index.ts';

const PUSH = { ref: 'refs/heads/main', commits: [{ modified: ['apps/web.yaml'] }] };

interface Asked {
  readonly event?: string;
  readonly contentType?: string;
  readonly body?: string;
  readonly objects?: readonly FoundObject[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly kept?: ExplainOptions['kept'];
}

function explained(spec: Partial<ReceiverSpec>, asked: Asked = {}) {
  const { event = 'push', contentType = 'application/json', body = JSON.stringify(PUSH) } = asked;
  const receiver: Receiver = {
    metadata: { namespace: 'apps', name: 'hook' },
    spec: {
      type: 'github',
      secretRef: { name: 'hook' },
      resources: [{ kind: 'GitRepository', name: 'web' }],
      ...spec,
    },
  };
  const headers = { 'content-type': contentType, 'x-github-event': event, ...asked.headers };
  return explain({
    receiver,
    types: webhookTypes,
    ...(asked.kept === undefined ? {} : { kept: asked.kept }),
    request: { method: 'POST', headers, rawHeaders: Object.entries(headers).flat(), body: Buffer.from(body) },
    select({ kind, name, namespace, apiVersion = '' }) {
      if (name === 'gone') throw new RequestError('TargetNotFound', 'it is not there');
      return asked.objects ?? [{ name, res: { apiVersion, kind, metadata: { name, namespace } } }];
    },
  });
}

const resource = (name: string, filter?: string) => ({
  kind: 'GitRepository',
  name,
  ...(filter === undefined ? {} : { filter }),
});

describe('the outcome of each target, and the answer', () => {
  it.each<[string, Partial<ReceiverSpec>, Asked, readonly [string, string][], readonly [number, string]]>([
    ['no filter', {}, {}, [['web', 'annotated']], [200, 'Delivered']],
    ['no filter needs no JSON', {}, { body: 'x' }, [['web', 'annotated']], [200, 'Delivered']],
    [
      'a filter holds',
      { resourceFilter: "req.ref == 'refs/heads/main'" },
      {},
      [['web', 'annotated']],
      [200, 'Delivered'],
    ],
    ['a filter does not', { resourceFilter: "req.ref == 'x'" }, {}, [['web', 'filtered']], [200, 'Delivered']],
    [
      'one of two entries',
      { resources: [resource('web', 'req.commits.size() > 1'), resource('api', 'req.commits.size() == 1')] },
      {},
      [
        ['web', 'filtered'],
        ['api', 'annotated'],
      ],
      [200, 'Delivered'],
    ],
    ['a filter fails', { resourceFilter: "req.no == 'x'" }, {}, [['web', 'refused']], [500, 'FilterFailed']],
    [
      'a filter without JSON',
      { resourceFilter: 'req.a' + ' == 1' },
      { body: '[' },
      [['web', 'refused']],
      [500, 'FilterInputInvalid'],
    ],
    [
      'another content type',
      { type: 'gitlab', resourceFilter: 'has(req.ref)' },
      { contentType: 'text/plain' },
      [['web', 'filtered']],
      [200, 'Delivered'],
    ],
    [
      'a content type that the type does not take',
      { events: ['push'] },
      { contentType: 'text/plain', event: 'star' },
      [['web', 'refused']],
      [400, 'ContentTypeUnsupported'],
    ],
    [
      'a body that is not of the type',
      { type: 'dockerhub' },
      { body: '{"push_data":{"tag":1}}' },
      [['web', 'refused']],
      [400, 'PayloadInvalid'],
    ],
    [
      'a body that is not of the type, of an event that is not listed',
      { type: 'cdevents', events: ['x'] },
      {},
      [['web', 'refused']],
      [400, 'EventNotListed'],
    ],
    ['no CDEvent', { type: 'cdevents' }, {}, [['web', 'refused']], [400, 'PayloadInvalid']],
    [
      'a kept body that has another form since it is redacted',
      { type: 'cdevents' },
      { kept: { claims: undefined } },
      [['web', 'annotated']],
      [200, 'Delivered'],
    ],
    [
      'a body over the limit',
      {},
      { body: 'x'.repeat(3 * 1024 * 1024 + 1) },
      [['web', 'refused']],
      [413, 'BodyTooLarge'],
    ],
    ['a listed event', { events: ['Push'] }, {}, [['web', 'annotated']], [200, 'Delivered']],
    ['an unlisted event', { events: ['push'] }, { event: 'star' }, [['web', 'refused']], [400, 'EventNotListed']],
    ['an unlisted ping', { events: ['push'] }, { event: 'ping' }, [['web', 'ignored']], [200, 'EventNotListed']],
    [
      'an unlisted event that is accepted',
      { events: ['push'], deliveries: { unlistedEvents: 'Accept' } },
      { event: 'star' },
      [['web', 'ignored']],
      [200, 'EventNotListed'],
    ],
    ['suspended', { suspend: true }, {}, [['web', 'refused']], [503, 'ReceiverUnavailable']],
    [
      'a missing target beside another',
      { resources: [resource('gone'), resource('web')] },
      {},
      [
        ['gone', 'refused'],
        ['web', 'annotated'],
      ],
      [500, 'TargetNotFound'],
    ],
    ['an entry that means nothing', { resources: [resource('a/b')] }, {}, [['a/b', 'refused']], [500, 'TargetInvalid']],
    [
      'nothing selected',
      { resources: [{ ...resource('*'), matchLabels: {} }] },
      { objects: [] },
      [],
      [200, 'Delivered'],
    ],
  ])('%s', async (_, spec, asked, targets, [status, code]) => {
    const explanation = await explained(spec, asked);
    expect({
      targets: explanation.targets.map(({ ref, outcome }) => [ref, outcome]),
      answer: explanation.answer,
    }).toEqual({
      targets: targets.map(([name, outcome]) => [`GitRepository/apps/${name}`, outcome]),
      answer: { status, code },
    });
  });

  it('a Receiver that cannot be served is refused in the words of its condition', async () => {
    await expect(explained({ resourceFilter: 'req.a ==' })).rejects.toThrow('spec.resourceFilter: 1:9: syntax error');
    await expect(explained({ type: 'nothing' })).rejects.toThrow('spec.type');
  });
});

describe('the trees', () => {
  it('are those of the filters that were asked', async () => {
    const [target] = (await explained({ resourceFilter: "req.ref == 'x'", resources: [resource('web', 'true')] }))
      .targets;
    expect(Object.keys(target?.tree ?? {})).toEqual(['resourceFilter']);
    expect(target?.tree.resourceFilter).toMatchObject({ text: "req.ref == 'x'", from: 0, to: 14, value: false });
  });

  it('see the object as the flow does', async () => {
    const resourceFilter = "res.metadata.labels.env == 'prod'";
    const metadata = { name: 'web', namespace: 'apps', labels: { env: 'prod' } };
    const objects = [
      { name: 'web', res: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata } },
    ];
    const [target] = (await explained({ resourceFilter }, { objects })).targets;
    expect(target?.tree.resourceFilter?.children[0]).toMatchObject({ text: 'res.metadata.labels.env', value: 'prod' });
  });
});

it('the text has all of it', async () => {
  const { text } = await explained({
    events: ['push'],
    resourceFilter:
      "req.ref == 'refs/heads/main'\n  && req.commits.exists(c, c.modified.exists(f, f.startsWith('infra/')))",
    resources: [resource('web'), resource('gone')],
  });
  expect(text).toBe(`Receiver apps/hook: 500 TargetNotFound
  type: github
  proof: skipped
  content type: application/json
  event: push
GitRepository/apps/web by spec.resources[0]: filtered
  resourceFilter
    * req.ref == 'refs/heads/main' && req.commits.exists(c, c.modified.exists(f, f.startsWith('infra/'))) → false
      - req.ref == 'refs/heads/main' → true
        - req.ref → "refs/heads/main"
          - req → "{\\"ref\\":\\"refs/heads/main\\",\\"commits\\":[{\\"modified\\":[\\"apps/web.yaml\\"]}]}"
      * req.commits.exists(c, c.modified.exists(f, f.startsWith('infra/'))) → false
        - req.commits → "[{\\"modified\\":[\\"apps/web.yaml\\"]}]"
          - req → "{\\"ref\\":\\"refs/heads/main\\",\\"commits\\":[{\\"modified\\":[\\"apps/web.yaml\\"]}]}"
        * c.modified.exists(f, f.startsWith('infra/')) → false
          - c.modified → "[\\"apps/web.yaml\\"]"
            - c → "{\\"modified\\":[\\"apps/web.yaml\\"]}"
          * f.startsWith('infra/') → false
            - f → "apps/web.yaml"
GitRepository/apps/gone by spec.resources[1]: refused (TargetNotFound: it is not there)
`);
});

describe('events in envelopes', () => {
  const event = (more: object = {}) => ({
    specversion: '1.0',
    id: '1',
    source: '/ci',
    type: 'pushed',
    data: { a: 1 },
    ...more,
  });
  it.each<[what: string, type: string, spec: Partial<ReceiverSpec>, body: unknown, outcome: string, answer: number]>([
    ['a listed event', 'cloudevents', { events: ['push*'] }, event(), 'annotated', 200],
    [
      'the listed event of a batch',
      'cloudevents',
      { events: ['x'] },
      [event(), event({ type: 'x' })],
      'annotated',
      200,
    ],
    [
      'a filter on req and msg',
      'cloudevents',
      { resourceFilter: "req.a == 1 && msg.type == 'y'" },
      event(),
      'filtered',
      200,
    ],
    ['an unlisted event', 'cloudevents', { events: ['x'] }, event(), 'refused', 400],
    ['an unlisted event of a sender that repeats', 'eventgrid', { events: ['x'] }, event(), 'ignored', 200],
    ['no event', 'cloudevents', {}, { a: 1 }, 'refused', 400],
    ['suspended', 'cloudevents', { suspend: true }, event(), 'refused', 503],
  ])('%s', async (_what, type, spec, body, outcome, status) => {
    const { targets, answer } = await explained({ type, ...spec }, { body: JSON.stringify(body) });
    expect(targets.map((target) => target.outcome)).toEqual([outcome]);
    expect(answer.status).toBe(status);
  });
});

describe('a request with several events', () => {
  const batch = (...data: unknown[]) =>
    JSON.stringify(
      data.map((each, id) => ({ specversion: '1.0', id: String(id), source: '/ci', type: 'pushed', data: each })),
    );
  const ask = async (...data: unknown[]) =>
    explained({ type: 'cloudevents', resourceFilter: 'req.a == 1' }, { body: batch(...data) });

  it('annotates what one of them does, and shows that one', async () => {
    const { targets, answer } = await ask({ a: 0 }, { a: 1 }, { a: 2 });
    expect(answer).toEqual({ status: 200, code: 'Delivered' });
    expect(targets).toMatchObject([
      { outcome: 'annotated', code: 'Delivered', tree: { resourceFilter: { value: true } } },
    ]);
    expect(targets[0]?.text.split('\n')[0]).toBe(
      'GitRepository/apps/web by spec.resources[0]: annotated (event 2 of 3)',
    );
  });

  it('is answered with the failure of another one, which keeps nothing from being annotated', async () => {
    const { targets, answer } = await ask({ a: 1 }, {}, { a: 1 });
    expect(answer).toEqual({ status: 500, code: 'FilterFailed' });
    expect(targets.map(({ outcome, code }) => [outcome, code])).toEqual([['annotated', 'FilterFailed']]);
    expect(targets[0]?.text).toContain('annotated (event 1 of 3; event 2: FilterFailed: no such key)');
  });

  it.each<[what: string, data: readonly unknown[], outcome: string, note: string]>([
    ['none of which holds', [{ a: 0 }, { a: 2 }], 'filtered', '(event 1 of 2)'],
    ['of which one fails', [{ a: 0 }, {}], 'refused', '(FilterFailed: event 2 of 2: no such key)'],
    ['of which one has no object', [{ a: 0 }, [1]], 'refused', '(FilterInputInvalid: event 2 of 2: the payload'],
  ])('%s', async (_what, data, outcome, note) => {
    const { targets } = await ask(...data);
    expect(targets.map((target) => target.outcome)).toEqual([outcome]);
    expect(targets[0]?.text).toContain(note);
  });
});

describe('claims', () => {
  const spec: Partial<ReceiverSpec> = {
    type: 'generic-oidc',
    oidcProviders: [{ issuerURL: 'https://ci.example.com', validations: [{ expression: 'true', message: 'never' }] }],
    resourceFilter: "claims.ref == 'refs/heads/main'",
  };
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const bearer = (claims: object) => ({ authorization: `Bearer ${encoded({ alg: 'RS256' })}.${encoded(claims)}.AAAA` });
  const ask = async (asked: Asked) => {
    // A type without a Secret.
    const { targets } = await explained({ ...spec, secretRef: undefined } as never, asked);
    return targets[0];
  };

  it.each<[what: string, asked: Asked, outcome: string, text: string]>([
    ['of a kept delivery', { kept: { claims: { ref: 'refs/heads/main' } } }, 'annotated', '→ true'],
    ['of a kept delivery that is another', { kept: { claims: { ref: 'x' } } }, 'filtered', '→ false'],
    [
      'that are not kept',
      { kept: { claims: undefined } },
      'refused',
      '- claims → claims are not known for a kept delivery',
    ],
    ['of a token that nobody checks', { headers: bearer({ ref: 'refs/heads/main' }) }, 'annotated', '→ true'],
    ['of no token', {}, 'refused', '- claims → claims are not known: the request has no ID token'],
    ['of what is no token', { headers: { authorization: 'Bearer none' } }, 'refused', '(SignatureMalformed)'],
  ])('%s', async (_what, asked, outcome, text) => {
    const target = await ask(asked);
    expect(target?.outcome).toBe(outcome);
    expect(target?.text).toContain(text);
  });

  it('that are not known decide nothing which another term decides', async () => {
    const { targets } = await explained(
      { ...spec, secretRef: undefined, resourceFilter: "claims.ref == 'x' || req.ref == 'refs/heads/main'" } as never,
      { kept: { claims: undefined } },
    );
    expect(targets.map(({ outcome }) => outcome)).toEqual(['annotated']);
  });
});
