/** What is kept of an object of Flux, and how little that is. */
import { describe, expect, it } from 'vitest';
import { REQUESTED_AT_ANNOTATION } from '../../../operator/api/meta.ts';
import type { KubeObject } from '../../../operator/kube/kube-client.ts';
import { observedTarget } from '../../../operator/receivers/observed-target.ts';

const metadata = { name: 'app', namespace: 'apps', resourceVersion: '1' };
const reduced = (kind: string, fields: object) =>
  observedTarget(kind, { metadata, ...fields } as unknown as KubeObject);
const ready = (status: string, message = 'stored artifact') => ({ type: 'Ready', status, reason: 'X', message });

describe('what is kept of a target', () => {
  it('is how far it is', () => {
    const source = reduced('GitRepository', {
      metadata: { ...metadata, annotations: { [REQUESTED_AT_ANNOTATION]: 'then', other: 'x' } },
      spec: { ref: { branch: 'main' }, url: 'https://git.example.com/app', interval: '1m', suspend: true },
      status: {
        lastHandledReconcileAt: 'then',
        artifact: { revision: 'main@sha1:abc', lastUpdateTime: '2026-11-27T10:00:00Z', url: 'x', digest: 'y' },
        conditions: [{ type: 'Reconciling', status: 'True', reason: 'X', message: 'x' }, ready('True')],
      },
    });
    expect(source).toEqual({
      requestedAt: 'then',
      lastHandledReconcileAt: 'then',
      revision: 'main@sha1:abc',
      artifactAt: '2026-11-27T10:00:00Z',
      ready: 'True',
      message: undefined,
      suspended: true,
      trackedRef: 'refs/heads/main',
      sourceRef: undefined,
      applied: undefined,
    });
  });

  it.each([
    ['no status', { spec: null, status: null }],
    ['conditions that are none', { status: { conditions: 'x' } }],
    ['a failure without a message', { status: { conditions: [{ type: 'Ready', status: 'False' }] } }],
  ])('can be read of an object with %s', (_what, fields) => {
    expect(reduced('GitRepository', fields)).toMatchObject({ trackedRef: 'refs/heads/master', message: undefined });
  });

  it('has the message of a failure, of a bounded length', () => {
    const failed = reduced('GitRepository', { status: { conditions: [ready('False', 'x'.repeat(5_000))] } });
    expect(failed).toMatchObject({ ready: 'False', message: 'x'.repeat(512) });
  });

  it.each([
    ['GitRepository', undefined, 'refs/heads/master'],
    ['GitRepository', {}, 'refs/heads/master'],
    ['GitRepository', { branch: 'main', tag: 'v1' }, 'refs/tags/v1'],
    ['GitRepository', { tag: 'v1', semver: '1.x' }, 'semver'],
    ['GitRepository', { semver: '1.x', name: 'refs/pull/1/head' }, 'refs/pull/1/head'],
    ['GitRepository', { branch: 'main', name: 'refs/pull/1/head', commit: 'abc' }, undefined],
    ['OCIRepository', undefined, 'refs/tags/latest'],
    ['OCIRepository', { tag: 'v1' }, 'refs/tags/v1'],
    ['OCIRepository', { tag: 'v1', semver: '1.x' }, 'semver'],
    ['OCIRepository', { semver: '1.x', digest: 'sha256:abc' }, undefined],
    ['Bucket', undefined, undefined],
    ['HelmRepository', undefined, undefined],
    ['ImageRepository', undefined, undefined],
  ])('%s with %o tracks %s', (kind, ref, tracked) => {
    expect(reduced(kind, { spec: { ref } }).trackedRef).toBe(tracked);
  });

  it.each<[kind: string, fields: object, sourceRef: string | undefined, applied: readonly string[] | undefined]>([
    [
      'Kustomization',
      {
        spec: { sourceRef: { kind: 'GitRepository', name: 'app' } },
        status: { lastAppliedRevision: 'main@sha1:a', lastAppliedOriginRevision: 'main@sha1:b' },
      },
      'GitRepository/apps/app',
      ['main@sha1:a', 'main@sha1:b'],
    ],
    [
      'Kustomization',
      { spec: { sourceRef: { kind: 'OCIRepository', name: 'app', namespace: 'flux-system' } }, status: {} },
      'OCIRepository/flux-system/app',
      undefined,
    ],
    [
      'HelmRelease',
      {
        spec: { chartRef: { kind: 'OCIRepository', name: 'app' } },
        status: { history: [{ ociDigest: 'sha256:a', status: 'deployed' }, { ociDigest: 'sha256:b' }] },
      },
      'OCIRepository/apps/app',
      ['sha256:a'],
    ],
    [
      'HelmRelease',
      {
        spec: { chart: { spec: { sourceRef: { kind: 'HelmRepository', name: 'app' } } } },
        status: { history: [{ ociDigest: 'sha256:a', status: 'failed' }] },
      },
      'HelmRepository/apps/app',
      undefined,
    ],
  ])('of a %s is what it applies', (kind, fields, sourceRef, applied) => {
    expect(reduced(kind, fields)).toMatchObject({ sourceRef, applied });
  });
});
