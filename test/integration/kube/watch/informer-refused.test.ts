import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../../../control-plane/start.ts';
import type { KubeClient } from '../../../../operator/kube/kube-client.ts';
import { freshNamespace, sharedControlPlane } from '../../../support/control-plane.ts';
import { createHttpGate, type HttpGate } from '../../../support/http-gate.ts';
import { configMapWriter, type InformerLog, startInformer } from '../../../support/informer-log.ts';
import { kubeClientFor } from '../../../support/kube-client-for.ts';
import { waitFor } from '../../../support/wait-for.ts';

const OURS = 'metadata.name!=kube-root-ca.crt';
const HOUR_SECONDS = '3600';

let controlPlane: ControlPlane;
let gate: HttpGate;
let client: KubeClient;
let namespace: string;
let maps: ReturnType<typeof configMapWriter>;
const started: InformerLog[] = [];

beforeAll(async () => {
  controlPlane = await sharedControlPlane();
});

beforeEach(async () => {
  namespace = await freshNamespace(controlPlane);
  gate = await createHttpGate(controlPlane.adminKubeconfig);
  client = kubeClientFor(controlPlane.adminKubeconfig, gate.url);
  maps = configMapWriter(client, namespace);
});

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ informer }) => informer.stop()));
  await client.close();
  await gate.stop();
});

function start(as: KubeClient = client): InformerLog {
  const log = startInformer(as, { namespace, fieldSelector: OURS });
  started.push(log);
  return log;
}

/** The same client, whose first watches end with this error event. */
function withFailingWatches(count: number, code: number): KubeClient {
  let left = count;
  return {
    request: (request) => client.request(request),
    async *stream(request) {
      left -= 1;
      if (left >= 0) yield JSON.stringify({ type: 'ERROR', object: { status: 'Failure', code, message: 'no' } });
      else yield* client.stream(request);
    },
    close: () => client.close(),
  };
}

describe('an informer that is refused', () => {
  it('comes back when the answer says, and not before', async () => {
    gate.answerNext({ status: 429, headers: { 'retry-after': HOUR_SECONDS } });
    const patient = start();
    await waitFor('the refusal', () => patient.errors.length === 1);
    expect(patient.errors[0]).toMatchObject({ httpStatus: 429, retryAfterMs: 3_600_000 });
    // One without that answer has come back many times by then.
    gate.answerNext(...Array(6).fill({ status: 503 }));
    const eager = start();
    await eager.informer.whenSynced();
    expect(eager.errors).toHaveLength(6);
    expect(patient.lists).toBe(1);
  });

  it('by an overloaded API server goes on with its watch, without a new list', async () => {
    const log = start(withFailingWatches(3, 500));
    await waitFor('a watch that works', () => log.watches.length === 4);
    await maps.create('a', '1');
    await waitFor('its event', () => log.seen.includes('added a 1'));
    expect(new Set(log.watches).size).toBe(1);
    expect(log.lists).toBe(1);
    expect(log.errors).toHaveLength(3);
  });

  it('because its past is gone, again and again, takes its time between the lists', async () => {
    await maps.create('a', '1');
    const log = start(withFailingWatches(4, 410));
    await waitFor('a watch that works', () => log.watches.length === 5);
    await maps.create('b', '1');
    await waitFor('its event', () => log.seen.includes('added b 1'));
    expect(log.seen).toEqual(['added a 1*', 'added b 1']);
    expect(log.lists).toBe(5);
    // Each error that is reported is followed by a pause; the first end of the past is none.
    expect(log.errors).toHaveLength(3);
  });
});
