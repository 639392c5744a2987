// Whether the targets of an object can be found, before any webhook comes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BROKER_RECEIVER_API_VERSION,
  BROKER_RECEIVER_KIND,
  type BrokerReceiver,
} from '../../operator/api/broker-receiver/broker-receiver.ts';
import { REQUESTED_AT_ANNOTATION } from '../../operator/api/meta.ts';
import type { ResourceReference } from '../../operator/api/receiver/receiver.ts';
import { freshNamespace, reusedControlPlane } from '../support/control-plane.ts';
import { waitFor } from '../support/wait-for.ts';
import { conditionOf, createWorld, TOKEN, type World } from '../support/world.ts';

let world: World;

async function start(args: readonly string[] = []): Promise<void> {
  world = await createWorld(await reusedControlPlane(), { args: ['--shutdown-delay=0s', ...args] });
  await world.secret('token', { token: TOKEN });
}

const to = (...resources: readonly ResourceReference[]) => ({
  type: 'generic',
  secretRef: { name: 'token' },
  resources,
});
const repository = (name: string, more: object = {}) => ({ kind: 'GitRepository', name, ...more });
const kustomization = (name: string) => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  name,
});
const metricsOf = async () =>
  (await (await fetch(world.operator.metricsUrl)).text()).split('\n').filter((line) => line.startsWith('sluice_unres'));

describe('ResolvedRefs', () => {
  beforeAll(() => start(['--metrics-per-object']));
  afterAll(() => world?.end());

  it('of a misspelt target is False, and True as soon as it exists, by a request at once', async () => {
    await world.receiver('misspelt', to(kustomization('mispelt')));
    expect(await world.resolved('misspelt', 'TargetNotFound')).toMatchObject({
      status: 'False',
      message: `resources[0]: Kustomization ${world.namespace}/mispelt does not exist; correct the name, or create it`,
    });
    await world.ready('misspelt');
    const labels = `kind="Receiver",reason="TargetNotFound",namespace="${world.namespace}",name="misspelt"`;
    await waitFor('the metric', async () => (await metricsOf()).includes(`sluice_unresolved_refs{${labels}} 1`));
    await world.target('Kustomization', 'mispelt');
    await world.kubectl('annotate', 'receiver', 'misspelt', `${REQUESTED_AT_ANNOTATION}=now`);
    expect(await world.resolved('misspelt', 'Resolved')).toMatchObject({
      status: 'True',
      message: 'every target can be found',
    });
    await waitFor('no metric', async () => !(await metricsOf()).some((line) => line.includes('"misspelt"')));
  });

  it('of a kind that is watched follows each change of the target', async () => {
    // It reads metadata, so that the kind is watched.
    await world.receiver('watches', to(repository('*', { matchLabels: { app: 'follow' } })));
    expect(await world.resolved('watches', 'NothingSelected')).toMatchObject({
      status: 'True',
      message:
        `resources[0]: no GitRepository in namespace ${world.namespace} has the labels app=follow; ` +
        'label one, or correct matchLabels',
    });
    await world.receiver('follows', to(repository('followed')));
    await world.resolved('follows', 'TargetNotFound');
    await world.target('GitRepository', 'followed', { labels: { app: 'follow' } });
    for (const name of ['follows', 'watches']) await world.resolved(name, 'Resolved');
    await world.kubectl('label', 'gitrepository', 'followed', 'app-');
    await world.resolved('watches', 'NothingSelected');
    await world.kubectl('delete', 'gitrepository', 'followed');
    await world.resolved('follows', 'TargetNotFound');
  });

  it('names the worst first, three at most, and how many more', async () => {
    await world.target('GitRepository', 'there');
    await world.receiver(
      'worst',
      to(
        ...['a', 'there', 'b'].map((name) => repository(name)),
        { apiVersion: 'example.com/v1', kind: 'Widget', name: 'w' },
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'c' },
        repository('*'),
        repository('d/e'),
      ),
    );
    expect(await world.resolved('worst', 'TargetInvalid')).toMatchObject({
      status: 'False',
      message:
        "resources[5]: name '*' needs matchLabels; {} selects every GitRepository of the namespace; correct the entry. " +
        `resources[6]: name "d/e" must not contain '/'; correct name. ` +
        'resources[3]: the API server has no kind Widget in example.com/v1; correct kind or apiVersion, or install its ' +
        'CRD; and 3 more',
    });
    await world.ready('worst');
  });

  it('names the right that the operator lacks', async () => {
    await world.receiver('refused', to({ apiVersion: 'v1', kind: 'ConfigMap', name: 'kube-root-ca.crt' }));
    expect(await world.resolved('refused', 'TargetForbidden')).toMatchObject({
      status: 'False',
      message: `resources[0]: the operator has no right to get configmaps in namespace ${world.namespace}; grant it`,
    });
  });

  it.each<[what: string, resource: ResourceReference, message: string]>([
    [
      'is not served',
      { apiVersion: 'example.com/v1', kind: 'Widget', name: 'a' },
      'the API server has no kind Widget in example.com/v1; correct kind or apiVersion, or install its CRD',
    ],
    [
      'has a version that is not served',
      { ...kustomization('a'), apiVersion: 'kustomize.toolkit.fluxcd.io/v1beta1' },
      'the API server has no kind Kustomization in kustomize.toolkit.fluxcd.io/v1beta1; correct kind or apiVersion, or install its CRD',
    ],
    [
      'has no default version',
      { kind: 'Kustomization', name: 'a' },
      'apiVersion is required for kind Kustomization, which has no default; correct apiVersion',
    ],
  ])('of a kind that %s', async (what, resource, message) => {
    const name = what.replaceAll(' ', '-');
    await world.receiver(name, to(resource));
    expect((await world.resolved(name, 'KindUnknown')).message).toBe(`resources[0]: ${message}`);
  });

  it('is there for a Receiver that cannot be served, too', async () => {
    await world.receiver('stalled', { ...to(repository('nobody')), resourceFilter: '((' });
    await world.reason('stalled', 'InvalidCELExpression');
    await world.resolved('stalled', 'TargetNotFound');
    await world.receiver('no-token', { ...to(repository('nobody')), secretRef: { name: 'missing' } });
    await world.resolved('no-token', 'TargetNotFound');
  });

  it('of a suspended Receiver stays as it was', async () => {
    await world.receiver('paused', to(kustomization('nobody')));
    const before = await world.resolved('paused', 'TargetNotFound');
    await world.receiver('paused', { ...to(kustomization('another')), suspend: true });
    await waitFor('the generation', async () => {
      const { status, metadata } = await world.read('paused');
      return status?.observedGeneration === metadata.generation;
    });
    await world.settled();
    expect(conditionOf(await world.read('paused'), 'ResolvedRefs')).toEqual(before);
    await world.receiver('paused', to(kustomization('another')));
    expect((await world.resolved('paused', 'TargetNotFound')).message).toContain('/another does not exist');
  });

  it('of a BrokerReceiver is about its targets, or its Receiver', async () => {
    const nats = { servers: ['nats://127.0.0.1:1'], stream: 'S', consumer: 'c' };
    const source = (name: string, spec: object) =>
      world.apply({
        apiVersion: BROKER_RECEIVER_API_VERSION,
        kind: BROKER_RECEIVER_KIND,
        metadata: { name },
        spec: { type: 'nats', nats, ...spec },
      });
    const resolved = (name: string, reason: string) =>
      waitFor(`BrokerReceiver ${name} with targets that are ${reason}`, async () => {
        const read = await world.objects.get<BrokerReceiver>(BROKER_RECEIVER_API_VERSION, BROKER_RECEIVER_KIND, name);
        const condition = read.status?.conditions?.find(({ type }) => type === 'ResolvedRefs');
        return condition?.reason === reason && condition.message;
      });
    await source('to-target', { resources: [repository('nobody')] });
    expect(await resolved('to-target', 'TargetNotFound')).toContain('resources[0]: GitRepository ');
    await source('to-receiver', { receiverRef: { name: 'later' } });
    expect(await resolved('to-receiver', 'TargetNotFound')).toBe(
      `receiverRef: Receiver ${world.namespace}/later does not exist; correct the name, or create it`,
    );
    await world.receiver('later', to());
    await resolved('to-receiver', 'Resolved');
  });
});

describe('ResolvedRefs with --no-cross-namespace-refs', () => {
  beforeAll(() => start(['--no-cross-namespace-refs', '--metrics-per-object']));
  afterAll(() => world?.end());

  it('is False for a target elsewhere, whether it is there or not', async () => {
    const elsewhere = await freshNamespace(world.controlPlane);
    await world.target('GitRepository', 'far', { namespace: elsewhere });
    for (const name of ['far', 'none']) {
      await world.receiver(name, to(repository(name, { namespace: elsewhere })));
      expect(await world.resolved(name, 'TargetForbidden')).toMatchObject({
        status: 'False',
        message:
          `resources[0]: GitRepository ${elsewhere}/${name} is not in namespace ${world.namespace}, and ` +
          '--no-cross-namespace-refs is set; name a target of this namespace, or unset the flag',
      });
    }
    const ofThese = (await metricsOf()).filter((line) => line.includes(`namespace="${world.namespace}"`));
    expect(ofThese).toHaveLength(2);
    for (const line of ofThese) expect(line).toMatch(/\{kind="Receiver",reason="TargetForbidden",.*\} 1$/);
  });
});
