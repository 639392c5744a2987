import { App, Chart } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import type { SluiceConfig } from '../../../charts-ts/config.ts';
import { Sluice } from '../../../charts-ts/sluice.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly spec?: Record<string, unknown>;
}

function synthesize(props?: Partial<SluiceConfig>): readonly Manifest[] {
  const chart = new Chart(new App(), 'chart');
  new Sluice(chart, 'sluice', props);
  return chart.toJson();
}

const named = ({ kind, metadata }: Manifest): string => `${kind}/${metadata.name}`;

/** The value at a path of a manifest, such as `spec.template.spec.containers.0.args`. */
function at(manifest: Manifest | undefined, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], manifest);
}

function deployment(props?: Partial<SluiceConfig>): Manifest | undefined {
  return synthesize(props).find(({ kind }) => kind === 'Deployment');
}

describe('Sluice', () => {
  it('makes these objects, under readable names, what others need first', () => {
    expect(synthesize().map(named)).toEqual([
      'CustomResourceDefinition/receivers.notification.toolkit.fluxcd.io',
      'Namespace/flux-system',
      'ServiceAccount/sluice',
      'ClusterRole/sluice',
      'ClusterRoleBinding/sluice',
      'Role/sluice',
      'RoleBinding/sluice',
      'ClusterRole/sluice-receivers-view',
      'ClusterRole/sluice-receivers-edit',
      'Service/webhook-receiver',
      'Deployment/sluice',
    ]);
  });

  it('is the same each time', () => {
    expect(synthesize()).toEqual(synthesize());
  });

  it('has no hash of cdk8s in a name, label or selector', () => {
    expect(JSON.stringify(synthesize())).not.toMatch(/cdk8s\.io|-c8[0-9a-f]{6}/);
  });

  it('puts every namespaced object and every subject into the chosen namespace', () => {
    const manifests = synthesize({ namespace: 'webhooks' });
    expect(JSON.stringify(manifests)).not.toContain('flux-system');
    expect(manifests.filter(({ metadata }) => metadata.namespace === 'webhooks').map(named)).toEqual([
      'ServiceAccount/sluice',
      'Role/sluice',
      'RoleBinding/sluice',
      'Service/webhook-receiver',
      'Deployment/sluice',
    ]);
  });

  it('leaves the namespace out where somebody else makes it', () => {
    expect(synthesize({ createNamespace: false }).map(named)).not.toContain('Namespace/flux-system');
  });

  it('selects with the Service the pods of the Deployment', () => {
    const manifests = synthesize();
    const labels = at(deployment(), 'spec.template.metadata.labels');
    expect(labels).toMatchObject(at(deployment(), 'spec.selector.matchLabels') as object);
    expect(labels).toMatchObject(
      at(
        manifests.find(({ kind }) => kind === 'Service'),
        'spec.selector',
      ) as object,
    );
  });

  it('caps the heap below the memory limit', () => {
    const resources = { cpuRequestMillis: 100, memoryRequestMebibytes: 256, memoryLimitMebibytes: 1000 };
    const container = at(deployment({ resources }), 'spec.template.spec.containers.0') as Manifest;
    expect(at(container, 'resources')).toEqual({
      limits: { memory: '1000Mi' },
      requests: { cpu: '100m', memory: '256Mi' },
    });
    expect(at(container, 'env')).toContainEqual({ name: 'NODE_OPTIONS', value: '--max-old-space-size=750' });
  });

  it('passes further flags on, after its own', () => {
    const args = at(deployment({ extraArgs: ['--no-cross-namespace-refs'] }), 'spec.template.spec.containers.0.args');
    expect((args as string[]).at(-1)).toBe('--no-cross-namespace-refs');
  });

  it.each(['ClusterIP', 'NodePort', 'LoadBalancer'] as const)('opens a door of type %s', (serviceType) => {
    const service = synthesize({ serviceType }).find(({ kind }) => kind === 'Service');
    expect(service?.spec).toMatchObject({ type: serviceType, ports: [{ port: 80, targetPort: 9292 }] });
  });
});
