// Objects that no CRD has validated, as an old API server or a changed CRD lets them through.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ControlPlane } from '../../control-plane/start.ts';
import { RECEIVER_API_VERSION } from '../../operator/api/receiver/receiver.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { waitFor } from '../support/wait-for.ts';
import { conditionOf, createWorld, signed, TOKEN, type World } from '../support/world.ts';

const CRD = 'receivers.notification.toolkit.fluxcd.io';
const repo = [{ kind: 'GitRepository', name: 'repo' }];
const secretRef = { name: 'token' };

/** Specs that the CRD would refuse, by the name of their Receiver. */
const broken: Readonly<Record<string, unknown>> = {
  'no-type': { secretRef, resources: repo },
  'other-type': { type: 'carrier-pigeon', secretRef, resources: repo },
  'no-secret': { type: 'github', resources: repo },
  'no-resources': { type: 'github', secretRef },
  'resources-are-text': { type: 'github', secretRef, resources: 'all' },
  'a-null-in-it': { type: 'github', secretRef, resources: [null] },
  'events-are-numbers': { type: 'github', events: [1], secretRef, resources: repo },
  'filter-is-a-map': { type: 'github', resourceFilter: {}, secretRef, resources: repo },
  'providers-elsewhere': { type: 'github', secretRef, oidcProviders: [{}], resources: repo },
  'only-text': 'anything',
};

let controlPlane: ControlPlane;
let world: World;

beforeAll(async () => {
  controlPlane = await ownControlPlane();
  world = await createWorld(controlPlane);
  await world.secret('token', { token: TOKEN });
  await world.target('GitRepository', 'repo');
});
afterAll(async () => {
  await world?.end();
  await controlPlane?.stop();
});

/** Takes every rule out of the CRD, and waits until the API server knows. */
async function loosen(): Promise<void> {
  const crd = JSON.parse(await world.kubectl('get', 'crd', CRD, '-o', 'json')) as {
    spec: { versions: { schema: unknown }[] };
  };
  for (const version of crd.spec.versions) {
    version.schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  }
  const patch = JSON.stringify([{ op: 'replace', path: '/spec', value: crd.spec }]);
  await world.kubectl('patch', 'crd', CRD, '--type=json', '-p', patch);
  await waitFor('the API server to take anything', async () => (await create('probe', 'anything')) === 0);
}

/** @returns kubectl's exit code. */
async function create(name: string, spec: unknown): Promise<number> {
  const metadata = { name, namespace: world.namespace };
  const input = JSON.stringify({ apiVersion: RECEIVER_API_VERSION, kind: 'Receiver', metadata, spec });
  return (await controlPlane.kubectl(['create', '--validate=false', '-f', '-'], { input })).code;
}

it('stalls each with what to change, and takes nobody along', async () => {
  await world.receiver('fine', { type: 'github', secretRef, resources: repo });
  const path = await world.ready('fine');
  await loosen();
  for (const [name, spec] of Object.entries(broken)) expect([name, await create(name, spec)]).toEqual([name, 0]);
  for (const name of Object.keys(broken)) {
    const receiver = await waitFor(`${name} to stall`, async () => {
      const known = await world.read(name);
      return conditionOf(known, 'Stalled') !== undefined && known;
    });
    const ready = conditionOf(receiver, 'Ready');
    expect([name, ready?.status, ready?.reason]).toEqual([name, 'False', 'ValidationFailed']);
    expect(ready?.message).toMatch(/spec/);
  }
  expect((await world.post(path, signed({}))).status).toBe(200);
});
