// Exposure where several replicas run, and where the operator serves TLS itself.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, issueCertificate } from '../../control-plane/certificates.ts';
import { freePort } from '../../control-plane/free-port.ts';
import type { ControlPlane } from '../../control-plane/start.ts';
import { exposureName } from '../../operator/exposure/made/exposure-object.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { type Cloud, createCloud, OPERATOR_NAMESPACE } from '../support/exposure.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, type World } from '../support/world.ts';

const replica = [
  '--shutdown-delay=0s',
  '--enable-leader-election',
  '--leader-election-lease-duration=3s',
  '--leader-election-renew-deadline=2s',
  '--leader-election-retry-period=500ms',
];

let controlPlane: ControlPlane;
let world: World;
let cloud: Cloud;
let folder: string;
let other: OperatorProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-exposure-'));
  controlPlane = await ownControlPlane();
  world = await createWorld(controlPlane, { args: replica });
  cloud = createCloud(world);
});
afterAll(async () => {
  await world?.end();
  await controlPlane?.stop();
  await rm(folder, { recursive: true, force: true });
});

const nameOf = (name: string) => exposureName({ namespace: OPERATOR_NAMESPACE, name });
const want = (name: string, exposure: object) => cloud.receiver(name, { namespace: OPERATOR_NAMESPACE, exposure });
const shown = (name: string, expected: Parameters<Cloud['shown']>[1]) =>
  cloud.shown(name, expected, OPERATOR_NAMESPACE);

describe('of two replicas', () => {
  it('one creates the objects; when it is killed, the other keeps and reports them', async () => {
    await waitFor('a leader', async () => (await cloud.get('lease', 'sluice-leader-election')) !== undefined);
    other = await world.another();
    await want('followed', { service: {} });
    const { metadata } = await waitFor('the Service', () => cloud.get('service', nameOf('followed')));
    await shown('followed', { exposed: 'False PendingAddress' });
    await world.operator.stop('SIGKILL');
    await cloud.kubectl('delete', 'service', nameOf('followed'));
    const again = await waitFor('the Service again', () => cloud.get('service', nameOf('followed')));
    expect(again.metadata.uid).not.toBe(metadata.uid);
    await cloud.address('service', nameOf('followed'), { ip: '203.0.113.60' });
    await shown('followed', { exposed: 'True Exposed', url: 'http://203.0.113.60' });
  });
});

describe('with TLS served by the operator', () => {
  it('a Service of its own leads there, and the URL is https', async () => {
    const authority = await createAuthority('test authority');
    const subject = { commonName: 'operator', hosts: ['127.0.0.1'] };
    const pair = await issueCertificate(authority, subject);
    const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
    await writeFile(certFile, pair.certificatePem);
    await writeFile(keyFile, pair.keyPem);
    const port = await freePort();
    const files = [`--tls-cert-file=${certFile}`, `--tls-key-file=${keyFile}`];
    // The replica without it must not be the one that decides.
    await other?.stop();
    await world.restart([...replica, ...files, `--receiver-tls-addr=127.0.0.1:${port}`]);
    await want('secured', { service: {} });
    const service = await waitFor('the Service', () => cloud.get('service', nameOf('secured')));
    expect(service.spec.ports).toMatchObject([{ name: 'https', port: 443, targetPort: port }]);
    await cloud.address('service', nameOf('secured'), { ip: '203.0.113.61' });
    await shown('secured', { exposed: 'True Exposed', url: 'https://203.0.113.61' });
    // One that was made before it leads there too.
    await shown('followed', { exposed: 'True Exposed', url: 'https://203.0.113.60' });
  });
});
