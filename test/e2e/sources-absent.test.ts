// An installation whose CRDs are older than event sources, and which gets them while the operator runs.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../control-plane/start.ts';
import { createSourceWorld, type SourceWorld } from '../support/sources/source-world.ts';
import { waitFor } from '../support/wait-for.ts';

const CRD = 'brokerreceivers.sluice.dev';

let cluster: ControlPlane;
let made: SourceWorld | undefined;

beforeAll(async () => {
  cluster = await startControlPlane({ ours: true });
  await cluster.applyStandIns();
});

afterAll(async () => {
  await made?.end();
  await cluster?.stop();
});

it('is ready and serves Receivers without them, and reads brokers once their CRD is there', async () => {
  made = await createSourceWorld(cluster);
  const { world, consumer, source, reason, publish } = made;
  const crd = await cluster.kubectl(['get', 'crd', CRD, '-o', 'yaml']);
  await cluster.kubectl(['delete', 'crd', CRD]);
  await world.restart();
  await world.settled();
  const absent = (await world.log()).filter(({ msg, resource }) => {
    return String(msg).startsWith('resource not served') && resource === 'brokerreceivers';
  });
  expect(absent).toHaveLength(1);

  await cluster.kubectl(['create', '-f', '-'], { input: crd.stdout });
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd', CRD]);
  await world.target('GitRepository', 'a');
  await consumer('web');
  await source('web', { resources: [{ kind: 'GitRepository', name: 'a' }] });
  await reason('web', 'Succeeded');
  await publish('web', '{}');
  await waitFor('a annotated', async () => (await world.requestedAt('GitRepository', 'a')) !== '');
});
