// The CRD of BrokerReceivers on a real API server: what it accepts and refuses, its defaults and its columns.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ControlPlane } from '../../control-plane/start.ts';
import {
  BROKER_RECEIVER_API_VERSION,
  BROKER_RECEIVER_KIND,
} from '../../operator/api/broker-receiver/broker-receiver.ts';
import { brokerReceiverCrd } from '../../operator/api/broker-receiver/broker-receiver-crd.ts';
import { sourceTypes } from '../../operator/sources/index.ts';
import { acceptedBrokerSpecs, refusedBrokerSpecs } from '../support/broker-receiver-specs.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';

const NAME = 'brokerreceivers.sluice.dev';
const manifest = readFileSync(new URL('../../crds/sluice.dev_brokerreceivers.yaml', import.meta.url), 'utf8');
let cluster: ControlPlane;
let namespace: string;

beforeAll(async () => {
  cluster = await sharedControlPlane();
  await cluster.apply(manifest);
  namespace = await freshNamespace(cluster);
});

async function kubectl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(['-n', namespace, ...args]);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

function brokerReceiver(name: string, spec: unknown): object {
  return { apiVersion: BROKER_RECEIVER_API_VERSION, kind: BROKER_RECEIVER_KIND, metadata: { name, namespace }, spec };
}

/** One call for all rows, because a call of kubectl costs more than a row. */
async function tryAll(specs: readonly { readonly spec: unknown }[], validate: 'strict' | 'ignore') {
  const input = specs.map(({ spec }, row) => JSON.stringify(brokerReceiver(`row-${row}`, spec))).join('\n---\n');
  const args = ['-n', namespace, 'create', '--dry-run=server', `--validate=${validate}`, '-o', 'name', '-f', '-'];
  const { stdout, stderr } = await cluster.kubectl(args, { input });
  const refusals = stderr.matchAll(/^The BrokerReceiver "(row-\d+)" is invalid: ?((?:.|\n(?!The ))*)/gm);
  const errors = stderr.matchAll(/^Error from server \(Invalid\): .* "(row-\d+)" is invalid: (.*)$/gm);
  return {
    accepted: [...stdout.matchAll(/\/row-\d+$/gm)].length,
    refused: new Map([...refusals, ...errors].map(([, row = '', message = '']) => [row, message])),
  };
}

describe('the generated CRD', () => {
  it('is the one that the code describes, and is established', async () => {
    expect(parse(manifest)).toEqual(JSON.parse(JSON.stringify(brokerReceiverCrd([...sourceTypes.values()]))));
    const crd = JSON.parse(await kubectl('get', 'crd', NAME, '-o', 'json'));
    const conditions = new Map(crd.status.conditions.map((c: { type: string; status: string }) => [c.type, c.status]));
    expect(conditions.get('Established')).toBe('True');
    expect(conditions.has('NonStructuralSchema')).toBe(false);
    expect(crd.metadata.annotations['kustomize.toolkit.fluxcd.io/substitute']).toBe('disabled');
  });
});

describe('BrokerReceivers at the API server', () => {
  it('are accepted', async () => {
    const { accepted, refused } = await tryAll(acceptedBrokerSpecs, 'strict');
    expect([...refused]).toEqual([]);
    expect(accepted).toBe(acceptedBrokerSpecs.length);
  });

  it('are refused with 422 and a message that says what to change', async () => {
    const { accepted, refused } = await tryAll(refusedBrokerSpecs, 'ignore');
    expect(accepted).toBe(0);
    for (const [row, { name, apiServer }] of refusedBrokerSpecs.entries()) {
      expect(refused.get(`row-${row}`) ?? 'not refused', name).toContain(apiServer);
    }
  });

  it('get the defaults, and are printed by their short name and category', async () => {
    const spec = { type: 'rabbitmq', rabbitmq: { url: 'amqp://rabbit', queue: 'flux' }, resources: [] };
    await cluster.apply(JSON.stringify(brokerReceiver('printed', spec)));
    const stored = JSON.parse(await kubectl('get', 'brcv', 'printed', '-o', 'json'));
    expect(stored.spec).toEqual({
      ...spec,
      rabbitmq: { ...spec.rabbitmq, vhost: '/' },
      maxAttempts: 6,
      interval: '10m',
    });
    expect(stored.status).toEqual({ observedGeneration: -1 });
    const [lastTransitionTime, lastMessageTime] = [new Date().toISOString(), new Date().toISOString()];
    const condition = { type: 'Ready', status: 'True', reason: 'Succeeded', message: 'reading rabbitmq flux' };
    const patch = JSON.stringify({ status: { conditions: [{ ...condition, lastTransitionTime }], lastMessageTime } });
    await kubectl('patch', 'brcv', 'printed', '--subresource=status', '--type=merge', '-p', patch);
    const [header = '', row = ''] = (await kubectl('get', 'brcv', 'printed')).split('\n');
    expect(header.trim().split(/\s{2,}/)).toEqual(['NAME', 'TYPE', 'AGE', 'READY', 'STATUS', 'LAST-MESSAGE']);
    expect(row).toMatch(/^printed\s+rabbitmq\s+\S+\s+True\s+reading rabbitmq flux\s+\S+\s*$/);
    for (const category of ['all', 'fluxcd']) {
      expect(await kubectl('get', category, '-o', 'name'), category).toContain('brokerreceiver.sluice.dev/printed');
    }
    expect(await kubectl('get', 'fluxcd-notifications', '-o', 'name')).not.toContain('brokerreceiver');
  });

  it('are explained', async () => {
    for (const field of ['spec', 'spec.sqs.queueURL', 'spec.receiverRef.name', 'status.lastMessageTime']) {
      expect(await kubectl('explain', `brokerreceivers.${field}`), field).toMatch(/DESCRIPTION:\n\s+\S/);
    }
  });
});
