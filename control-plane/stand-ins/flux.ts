// Stand-ins for the kinds of Flux that a Receiver can target, for the tests and the demo: the names and newest versions
// of the originals and none of their schema. Never install them on a cluster that runs Flux.
import { type FluxKind, fluxKinds } from '../../operator/api/flux-kinds.ts';

/** As kubectl's users type them. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  GitRepository: 'gitrepo',
  OCIRepository: 'ocirepo',
  HelmRepository: 'helmrepo',
  HelmChart: 'hc',
  ImageRepository: 'imgrepo',
  ArtifactGenerator: 'ag',
  Kustomization: 'ks',
  HelmRelease: 'hr',
};

function standIn({ kind, group, plural, versions: [newest] }: FluxKind): object {
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const shortName = SHORT_NAMES[kind];
  const shortNames = shortName === undefined ? [] : [shortName];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, labels: { 'sluice/stand-in': 'true' } },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames },
      versions: [
        {
          name: newest,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [
            {
              name: 'Requested',
              type: 'string',
              description: 'When a reconcile was last requested',
              jsonPath: '.metadata.annotations.reconcile\\.fluxcd\\.io/requestedAt',
            },
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: anything, status: anything } } },
        },
      ],
    },
  };
}

/** One CustomResourceDefinition per kind, as a stream of YAML documents. */
export function fluxStandIns(): string {
  return fluxKinds.map((kind) => JSON.stringify(standIn(kind))).join('\n---\n');
}
