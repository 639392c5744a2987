import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../../../control-plane/start.ts';
import { ConnectionError } from '../../../../operator/kube/api-error.ts';
import type { KubeClient, KubeRequest } from '../../../../operator/kube/kube-client.ts';
import {
  createLeaderClient,
  type LeaderClient,
  NotLeadingError,
} from '../../../../operator/kube/leader/leader-client.ts';
import { freshNamespace, sharedControlPlane } from '../../../support/control-plane.ts';
import { kubeClientFor } from '../../../support/kube-client-for.ts';
import { createTcpProxy, type TcpProxy } from '../../../support/tcp-proxy.ts';

let controlPlane: ControlPlane;
let proxy: TcpProxy;
let client: KubeClient;
let leader: LeaderClient;
let read: KubeRequest;

beforeAll(async () => {
  controlPlane = await sharedControlPlane();
});
beforeEach(async () => {
  proxy = await createTcpProxy(controlPlane.url);
  client = kubeClientFor(controlPlane.adminKubeconfig, proxy.url);
  leader = createLeaderClient(client, 2_000);
  read = { method: 'GET', path: `/api/v1/namespaces/${await freshNamespace(controlPlane)}` };
});
afterEach(async () => {
  await client.close();
  await proxy.stop();
});

describe("the leader's client", () => {
  it('sends nothing before and after the leadership', async () => {
    await expect(leader.client.request(read)).rejects.toBeInstanceOf(NotLeadingError);
    expect(proxy.opened).toBe(0);
    leader.change(true);
    await expect(leader.client.request(read)).resolves.toHaveProperty('metadata');
    leader.change(false);
    const before = proxy.opened;
    await expect(leader.client.request(read)).rejects.toBeInstanceOf(NotLeadingError);
    expect(proxy.opened).toBe(before);
  });

  it('breaks off what is under way when the leadership ends', async () => {
    leader.change(true);
    proxy.hold();
    const writes = Promise.allSettled(Array.from({ length: 20 }, () => leader.client.request(read)));
    leader.change(false);
    for (const write of await writes) {
      expect(write).toMatchObject({ status: 'rejected', reason: { message: 'the request was broken off' } });
    }
  });

  it('gives up what hangs in the time it was given', async () => {
    leader.change(true);
    proxy.hold();
    await expect(leader.client.request(read)).rejects.toThrow(ConnectionError);
    await expect(leader.client.request({ ...read, timeoutMs: 50 })).rejects.toThrow('within 50 ms');
  });

  it('honours a signal beside its own, and leads again', async () => {
    leader.change(true);
    leader.change(false);
    leader.change(true);
    expect(leader.leads).toBe(true);
    await expect(leader.client.request({ ...read, signal: AbortSignal.abort() })).rejects.toThrow('broken off');
    await expect(leader.client.request(read)).resolves.toHaveProperty('metadata');
  });
});
