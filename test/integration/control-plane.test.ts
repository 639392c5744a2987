import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../control-plane/start.ts';
import { freshNamespace, ownControlPlane, sharedControlPlane } from '../support/control-plane.ts';

describe('the shared control plane', () => {
  it('gives each test a namespace of its own', async () => {
    const cluster = await sharedControlPlane();
    const first = await freshNamespace(cluster);
    const second = await freshNamespace(cluster);
    expect(first).not.toBe(second);
    expect((await cluster.kubectl(['get', 'namespace', first, second])).code).toBe(0);
  });

  it('serves the stand-ins for the kinds of Flux', async () => {
    const cluster = await sharedControlPlane();
    const namespace = await freshNamespace(cluster);
    await cluster.apply(`
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: my-nginx, namespace: ${namespace} }
spec: { interval: 15m, url: https://example.com/my-nginx }`);
    const got = await cluster.kubectl([
      'get',
      'gitrepo',
      'my-nginx',
      '-n',
      namespace,
      '-o',
      'jsonpath={.spec.interval}',
    ]);
    expect(got.stdout).toBe('15m');
  });

  it('has the rights of a ServiceAccount decided by RBAC', async () => {
    const cluster = await sharedControlPlane();
    const namespace = await freshNamespace(cluster);
    await cluster.apply(`
apiVersion: v1
kind: ServiceAccount
metadata: { name: reader, namespace: ${namespace} }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader, namespace: ${namespace} }
rules: [{ apiGroups: [""], resources: [secrets], verbs: [list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reader, namespace: ${namespace} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects: [{ kind: ServiceAccount, name: reader, namespace: ${namespace} }]`);
    const kubeconfig = await cluster.kubeconfigFor({ namespace, name: 'reader' });
    const allowed = await cluster.kubectl(['get', 'secrets', '-n', namespace], { kubeconfig });
    const refused = await cluster.kubectl(['get', 'configmaps', '-n', namespace], { kubeconfig });
    expect(allowed.code).toBe(0);
    expect(refused.stderr).toContain(`system:serviceaccount:${namespace}:reader`);
  });

  it('knows a client certificate as its user and groups', async () => {
    const cluster = await sharedControlPlane();
    const kubeconfig = await cluster.kubeconfigForUser('jane', ['gardeners']);
    const who = await cluster.kubectl(['auth', 'whoami', '-o', 'json'], { kubeconfig });
    const { username, groups } = JSON.parse(who.stdout).status.userInfo;
    expect(username).toBe('jane');
    expect(groups).toEqual(['gardeners', 'system:authenticated']);
  });

  it('runs the controllers: a Deployment gets pods, and a deleted namespace goes with all that is in it', async () => {
    const cluster = await sharedControlPlane();
    const namespace = await freshNamespace(cluster);
    await cluster.apply(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: ${namespace} }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: example.com/web }] }`);
    await expect
      .poll(
        async () => (await cluster.kubectl(['get', 'pods', '-n', namespace, '-o', 'name'])).stdout.trim().split('\n'),
        {
          timeout: 30_000,
        },
      )
      .toHaveLength(2);
    const deleted = await cluster.kubectl(['delete', 'namespace', namespace, '--timeout=60s']);
    expect(deleted).toMatchObject({ code: 0 });
  });

  it('says that it cannot be killed', async () => {
    const cluster = await sharedControlPlane();
    await expect(cluster.killApiServer()).rejects.toThrow('shared by all tests');
  });
});

describe('a control plane of its own', () => {
  let controlPlane: ControlPlane;
  beforeAll(async () => {
    controlPlane = await ownControlPlane({ controllerManager: false });
  });
  afterAll(() => controlPlane?.stop());

  it('comes back on the same port with what it held, after its API server was killed', async () => {
    const namespace = await freshNamespace(controlPlane);
    await controlPlane.killApiServer();
    expect((await controlPlane.kubectl(['get', '--raw', '/readyz'])).code).not.toBe(0);
    await controlPlane.startApiServer(['--max-requests-inflight=50']);
    expect((await controlPlane.kubectl(['get', 'namespace', namespace])).code).toBe(0);
  });

  it('leaves nothing behind when it is stopped', async () => {
    expect(existsSync(controlPlane.dir)).toBe(true);
    await controlPlane.stop();
    expect(existsSync(controlPlane.dir)).toBe(false);
    expect((await controlPlane.kubectl(['get', '--raw', '/readyz'])).code).not.toBe(0);
  });
});
