/**
 * Where the objects of Flux's own twelve kinds live, as data: the kinds that Flux's Receiver may name, in the versions
 * that its releases have served.
 */
import type { ResourceType } from './kube-client.ts';

const SOURCE = 'source.toolkit.fluxcd.io';
const IMAGE = 'image.toolkit.fluxcd.io';

interface FluxType {
  readonly group: string;
  readonly versions: readonly string[];
  readonly plural: string;
}

const fluxTypes = {
  ArtifactGenerator: { group: 'source.extensions.fluxcd.io', versions: ['v1beta1'], plural: 'artifactgenerators' },
  Bucket: { group: SOURCE, versions: ['v1', 'v1beta2', 'v1beta1'], plural: 'buckets' },
  ExternalArtifact: { group: SOURCE, versions: ['v1'], plural: 'externalartifacts' },
  GitRepository: { group: SOURCE, versions: ['v1', 'v1beta2', 'v1beta1'], plural: 'gitrepositories' },
  HelmChart: { group: SOURCE, versions: ['v1', 'v1beta2', 'v1beta1'], plural: 'helmcharts' },
  HelmRelease: { group: 'helm.toolkit.fluxcd.io', versions: ['v2', 'v2beta2', 'v2beta1'], plural: 'helmreleases' },
  HelmRepository: { group: SOURCE, versions: ['v1', 'v1beta2', 'v1beta1'], plural: 'helmrepositories' },
  ImagePolicy: { group: IMAGE, versions: ['v1', 'v1beta2', 'v1beta1'], plural: 'imagepolicies' },
  ImageRepository: { group: IMAGE, versions: ['v1', 'v1beta2', 'v1beta1'], plural: 'imagerepositories' },
  ImageUpdateAutomation: { group: IMAGE, versions: ['v1', 'v1beta2', 'v1beta1'], plural: 'imageupdateautomations' },
  Kustomization: {
    group: 'kustomize.toolkit.fluxcd.io',
    versions: ['v1', 'v1beta2', 'v1beta1'],
    plural: 'kustomizations',
  },
  OCIRepository: { group: SOURCE, versions: ['v1', 'v1beta2'], plural: 'ocirepositories' },
} as const satisfies Record<string, FluxType>;

const byVersionAndKind: ReadonlyMap<string, ResourceType> = new Map(
  Object.entries<FluxType>(fluxTypes).flatMap(([kind, { group, versions, plural }]) =>
    versions.map((version) => {
      const apiVersion = `${group}/${version}`;
      return [`${apiVersion}/${kind}`, { apiVersion, plural, namespaced: true }] as const;
    }),
  ),
);

/** The type of one of Flux's kinds, undefined for every other kind and version. */
export function knownFluxType(apiVersion: string, kind: string): ResourceType | undefined {
  return byVersionAndKind.get(`${apiVersion}/${kind}`);
}
