/**
 * Flux's twelve kinds that a Receiver may notify: the one table from which discovery, the chart's rights, the texts of
 * the schema, the stand-ins of the tests and the docs derive.
 */

export interface FluxKind {
  readonly kind: string;
  readonly group: string;
  readonly plural: string;
  /** Every version that a release of Flux has served, the newest first. */
  readonly versions: readonly [newest: string, ...former: string[]];
  /** Whether an entry of `spec.resources` may leave `apiVersion` out; it then takes the newest version. */
  readonly versionOptional: boolean;
}

const SOURCE = 'source.toolkit.fluxcd.io';
const IMAGE = 'image.toolkit.fluxcd.io';
const SINCE_BETA_1 = ['v1', 'v1beta2', 'v1beta1'] as const;

function fluxKind(
  kind: string,
  group: string,
  versions: FluxKind['versions'],
  { plural = `${kind.toLowerCase()}s`, versionOptional = false }: Partial<FluxKind> = {},
): FluxKind {
  return { kind, group, plural, versions, versionOptional };
}

/** In the order of their groups, then names, in which the docs list them. */
export const fluxKinds: readonly FluxKind[] = [
  fluxKind('Bucket', SOURCE, SINCE_BETA_1, { versionOptional: true }),
  fluxKind('ExternalArtifact', SOURCE, ['v1']),
  fluxKind('GitRepository', SOURCE, SINCE_BETA_1, { plural: 'gitrepositories', versionOptional: true }),
  fluxKind('HelmChart', SOURCE, SINCE_BETA_1, { versionOptional: true }),
  fluxKind('HelmRepository', SOURCE, SINCE_BETA_1, { plural: 'helmrepositories', versionOptional: true }),
  fluxKind('OCIRepository', SOURCE, ['v1', 'v1beta2'], { plural: 'ocirepositories', versionOptional: true }),
  fluxKind('ArtifactGenerator', 'source.extensions.fluxcd.io', ['v1beta1'], { versionOptional: true }),
  fluxKind('ImagePolicy', IMAGE, SINCE_BETA_1, { plural: 'imagepolicies' }),
  fluxKind('ImageRepository', IMAGE, SINCE_BETA_1, { plural: 'imagerepositories', versionOptional: true }),
  fluxKind('ImageUpdateAutomation', IMAGE, SINCE_BETA_1),
  fluxKind('Kustomization', 'kustomize.toolkit.fluxcd.io', SINCE_BETA_1),
  fluxKind('HelmRelease', 'helm.toolkit.fluxcd.io', ['v2', 'v2beta2', 'v2beta1']),
];

const newestApiVersions: ReadonlyMap<string, string> = new Map(
  fluxKinds
    .filter(({ versionOptional }) => versionOptional)
    .map(({ kind, group, versions: [newest] }) => [kind, `${group}/${newest}`]),
);

/** The API version of an entry of `spec.resources` that names none; undefined for a kind that must name one. */
export function defaultApiVersion(kind: string): string | undefined {
  return newestApiVersions.get(kind);
}
