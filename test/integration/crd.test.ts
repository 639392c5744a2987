// The CRD on a real API server: what it accepts and refuses, its defaults, its texts and its columns.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type ControlPlane, startControlPlane } from '../../control-plane/start.ts';
import type { JsonSchema } from '../../operator/api/json-schema.ts';
import { GROUP } from '../../operator/api/meta.ts';
import { RECEIVER_API_VERSION } from '../../operator/api/receiver/receiver.ts';
import { receiverCrd } from '../../operator/api/receiver/receiver-crd.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';
import { acceptedSpecs, refusedSpecs } from '../support/receiver-specs.ts';
import { receiverTypeRules } from '../support/receiver-type-rules.ts';

const manifest = readFileSync(new URL(`../../crds/${GROUP}_receivers.yaml`, import.meta.url), 'utf8');
let cluster: ControlPlane;
let namespace: string;

beforeAll(async () => {
  cluster = await sharedControlPlane();
  namespace = await freshNamespace(cluster);
});

async function kubectl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(['-n', namespace, ...args]);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

function receiver(name: string, spec: unknown): object {
  return { apiVersion: RECEIVER_API_VERSION, kind: 'Receiver', metadata: { name }, spec };
}

/** One call for all rows, because a call of kubectl costs more than a row. */
async function tryAll(
  specs: readonly { readonly spec: unknown }[],
  validate: 'strict' | 'ignore',
): Promise<{ accepted: number; refused: ReadonlyMap<string, string> }> {
  const input = specs.map(({ spec }, row) => JSON.stringify(receiver(`row-${row}`, spec))).join('\n---\n');
  const args = ['-n', namespace, 'create', '--dry-run=server', `--validate=${validate}`, '-o', 'name', '-f', '-'];
  const { stdout, stderr } = await cluster.kubectl(args, { input });
  // "(Invalid)" is the reason of 422 Unprocessable Entity and of nothing else.
  const refusals = stderr.matchAll(/^Error from server \(Invalid\): .* "(row-\d+)" is invalid: (.*)$/gm);
  return {
    accepted: [...stdout.matchAll(/\/row-\d+$/gm)].length,
    refused: new Map([...refusals].map(([, row = '', message = '']) => [row, message])),
  };
}

describe('the generated CRD', () => {
  it('is the one that the code describes', () => {
    expect(parse(manifest)).toEqual(JSON.parse(JSON.stringify(receiverCrd(receiverTypeRules))));
  });

  it('is applied with strict validation, and changes nothing the second time', async () => {
    const apply = (...more: string[]) =>
      cluster.kubectl(['apply', '--server-side', '--force-conflicts', '--validate=strict', ...more, '-f', '-'], {
        input: manifest,
      });
    const first = await apply();
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const before = await kubectl('get', 'crd', `receivers.${GROUP}`, '-o', 'jsonpath={.metadata.resourceVersion}');
    expect((await apply()).code).toBe(0);
    expect(await kubectl('get', 'crd', `receivers.${GROUP}`, '-o', 'jsonpath={.metadata.resourceVersion}')).toBe(
      before,
    );
  });

  it('is structural and established', async () => {
    const crd = JSON.parse(await kubectl('get', 'crd', `receivers.${GROUP}`, '-o', 'json'));
    const conditions = new Map(crd.status.conditions.map((c: { type: string; status: string }) => [c.type, c.status]));
    expect(conditions.get('Established')).toBe('True');
    expect(conditions.has('NonStructuralSchema')).toBe(false);
  });
});

describe('Receivers at the API server', () => {
  it('are accepted where Flux accepts them', async () => {
    const { accepted, refused } = await tryAll(acceptedSpecs, 'strict');
    const said = acceptedSpecs.flatMap(({ name }, row) => {
      const message = refused.get(`row-${row}`);
      return message === undefined ? [] : [`${name}: ${message}`];
    });
    expect(said).toEqual([]);
    expect(accepted).toBe(acceptedSpecs.length);
  });

  it('are refused with 422 and a message that says what to change', async () => {
    const { accepted, refused } = await tryAll(refusedSpecs, 'ignore');
    expect(accepted).toBe(0);
    for (const [row, { name, apiServer }] of refusedSpecs.entries()) {
      expect(refused.get(`row-${row}`) ?? 'not refused', name).toContain(apiServer);
    }
  });

  it('with an unknown field are refused where the client asks for strictness', async () => {
    const spec = { type: 'generic', secretRef: { name: 't' }, resources: [], resource: [] };
    const { code, stderr } = await cluster.kubectl(
      ['-n', namespace, 'create', '--dry-run=server', '--validate=strict', '-f', '-'],
      { input: JSON.stringify(receiver('typo', spec)) },
    );
    expect(code).not.toBe(0);
    expect(stderr).toContain('unknown field "spec.resource"');
  });

  it('get the defaults, and no audience', async () => {
    const spec = {
      type: 'generic-oidc',
      resources: [],
      oidcProviders: [{ issuerURL: 'https://i', validations: [{ expression: 'true', message: 'm' }] }],
    };
    await cluster.apply(JSON.stringify({ ...receiver('defaults', spec), metadata: { name: 'defaults', namespace } }));
    const stored = JSON.parse(await kubectl('get', 'receiver', 'defaults', '-o', 'json'));
    expect(stored.spec).toEqual({ ...spec, interval: '10m' });
    expect(stored.status).toEqual({ observedGeneration: -1 });
  });

  it('get the defaults of deliveries and follow where they are named', async () => {
    const spec = { type: 'generic', secretRef: { name: 't' }, resources: [], deliveries: {}, follow: {} };
    await cluster.apply(JSON.stringify({ ...receiver('followed', spec), metadata: { name: 'followed', namespace } }));
    const stored = JSON.parse(await kubectl('get', 'receiver', 'followed', '-o', 'json'));
    expect(stored.spec).toEqual({
      ...spec,
      interval: '10m',
      deliveries: { keepBodies: 0, unlistedEvents: 'Reject' },
      follow: { fresh: true, within: '5m' },
    });
  });

  it('print the columns of Flux, the URL and the last webhook, also by category', async () => {
    const spec = { type: 'generic', secretRef: { name: 't' }, resources: [] };
    await cluster.apply(JSON.stringify({ ...receiver('printed', spec), metadata: { name: 'printed', namespace } }));
    const condition = {
      type: 'Ready',
      status: 'True',
      reason: 'Succeeded',
      message: 'Receiver initialized for path: /hook/1',
    };
    const lastTransitionTime = new Date().toISOString();
    const [webhookPath, url] = ['/hook/1', 'https://hooks.example.com/hook/1'];
    const lastDelivery = { time: lastTransitionTime, event: 'push', verdict: 'accepted', code: 'Delivered' };
    const status = { conditions: [{ ...condition, lastTransitionTime }], webhookPath, url, lastDelivery };
    const patch = JSON.stringify({ status });
    await kubectl('patch', 'receiver', 'printed', '--subresource=status', '--type=merge', '-p', patch);
    const [header = '', row = ''] = (await kubectl('get', 'receivers', 'printed')).split('\n');
    expect(header.split(/\s{2,}/)).toEqual(['NAME', 'AGE', 'READY', 'STATUS', 'URL', 'LAST']);
    expect(row).toMatch(
      /^printed\s+\S+\s+True\s+Receiver initialized for path: \/hook\/1\s+https:\S+\/hook\/1\s+\d+m?s\s*$/,
    );
    const [wideHeader = '', wideRow = ''] = (await kubectl('get', 'receivers', 'printed', '-o', 'wide')).split('\n');
    expect(wideHeader.split(/\s{2,}/)).toEqual(['NAME', 'AGE', 'READY', 'STATUS', 'URL', 'LAST', 'TYPE', 'PATH']);
    expect(wideRow).toMatch(/\s{2,}generic\s{2,}\/hook\/1\s*$/);
    for (const category of ['all', 'fluxcd', 'fluxcd-notifications']) {
      expect(await kubectl('get', category, '-o', 'name'), category).toContain(`receiver.${GROUP}/printed`);
    }
  });

  it.each([
    ['a reason that is no word', { reason: 'Not a word' }, 'status.conditions[0].reason'],
    ['an empty reason', { reason: '' }, 'status.conditions[0].reason'],
    ['a status of its own', { status: 'Maybe' }, 'status.conditions[0].status'],
    ['too long a message', { message: 'x'.repeat(32_769) }, 'status.conditions[0].message'],
    ['a negative generation', { observedGeneration: -1 }, 'status.conditions[0].observedGeneration'],
  ])('take no condition with %s', async (_, change, field) => {
    const condition = {
      type: 'Ready',
      status: 'True',
      reason: 'A',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const spec = { type: 'generic', secretRef: { name: 't' }, resources: [] };
    await cluster.apply(JSON.stringify({ ...receiver('limits', spec), metadata: { name: 'limits', namespace } }));
    const patch = JSON.stringify({ status: { conditions: [{ ...condition, ...change }] } });
    const args = ['patch', 'receiver', 'limits', '--subresource=status', '--type=merge', '-p', patch];
    await expect(kubectl(...args)).rejects.toThrow(`${field}: `);
  });
});

describe('kubectl explain', () => {
  function* fieldsOf(schema: JsonSchema, path: readonly string[]): Generator<[path: string, description: string]> {
    if (path.length > 0) yield [path.join('.'), schema.description ?? ''];
    const inner = schema.items ?? schema;
    for (const [name, field] of Object.entries(inner.properties ?? {})) yield* fieldsOf(field, [...path, name]);
  }

  it('has a text for every field', async () => {
    const document = JSON.parse(await kubectl('get', '--raw', `/openapi/v3/apis/${RECEIVER_API_VERSION}`));
    const schemas: [string, JsonSchema][] = Object.entries(document.components.schemas);
    const published = schemas.find(([name]) => name.endsWith('.v1.Receiver'))?.[1];
    const fields = published === undefined ? [] : [...fieldsOf(published, [])];
    expect(fields.length).toBeGreaterThan(30);
    // Kubernetes' own text stands on metadata, by reference.
    expect(fields.filter(([path, text]) => text === '' && path !== 'metadata')).toEqual([]);
  });

  it.each(['receivers', 'receivers.spec.resources', 'receivers.spec.oidcProviders.validations', 'receivers.status'])(
    'explains %s',
    async (path) => {
      expect(await kubectl('explain', path)).toMatch(/DESCRIPTION:\s+(?!<empty>)\S/);
    },
  );
});

describe('a cluster that stored former versions', () => {
  let former: ControlPlane;
  beforeAll(async () => {
    former = await startControlPlane({ ours: true, controllerManager: false });
  });
  afterAll(() => former?.stop());

  it('accepts the CRD, and reads what it stored as v1 without a loss', async () => {
    const name = `receivers.${GROUP}`;
    const crd = parse(manifest);
    const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const storing = (storage: string) => {
      const versions = ['v1beta1', 'v1beta2'].map((each) => ({ name: each, served: true, storage: each === storage }));
      return stringify({
        ...crd,
        spec: { ...crd.spec, versions: versions.map((version) => ({ ...version, schema: { openAPIV3Schema } })) },
      });
    };
    const spec = { type: 'github', secretRef: { name: 't' }, resources: [{ kind: 'GitRepository', name: 'a' }] };
    await former.apply(storing('v1beta1'));
    const old = { ...receiver('old', spec), apiVersion: `${GROUP}/v1beta1`, metadata: { name: 'old' } };
    await former.apply(JSON.stringify(old));
    await former.apply(storing('v1beta2'));
    await former.apply(manifest);
    const stored = await former.kubectl(['get', 'crd', name, '-o', 'jsonpath={.status.storedVersions}']);
    expect(JSON.parse(stored.stdout)).toEqual(['v1beta1', 'v1beta2', 'v1']);
    const path = `/apis/${GROUP}/v1/namespaces/default/receivers/old`;
    const { stdout } = await former.kubectl(['get', '--raw', path]);
    // Defaults are of the version that was stored, which had none.
    expect(JSON.parse(stdout)).toMatchObject({ apiVersion: `${GROUP}/v1`, spec });
  });
});
