import { describe, expect, it } from 'vitest';
import { defaultApiVersion, fluxKinds } from '../../../operator/api/flux-kinds.ts';
import { crds } from '../../../operator/crds.ts';

describe('fluxKinds', () => {
  // As `kubectl api-resources` prints them on a cluster with Flux and all of its controllers.
  it('are the twelve that a Receiver of Flux may name', () => {
    expect(
      fluxKinds.map(({ kind, group, plural, versions: [newest] }) => `${plural}.${group}/${newest} ${kind}`),
    ).toEqual([
      'buckets.source.toolkit.fluxcd.io/v1 Bucket',
      'externalartifacts.source.toolkit.fluxcd.io/v1 ExternalArtifact',
      'gitrepositories.source.toolkit.fluxcd.io/v1 GitRepository',
      'helmcharts.source.toolkit.fluxcd.io/v1 HelmChart',
      'helmrepositories.source.toolkit.fluxcd.io/v1 HelmRepository',
      'ocirepositories.source.toolkit.fluxcd.io/v1 OCIRepository',
      'artifactgenerators.source.extensions.fluxcd.io/v1beta1 ArtifactGenerator',
      'imagepolicies.image.toolkit.fluxcd.io/v1 ImagePolicy',
      'imagerepositories.image.toolkit.fluxcd.io/v1 ImageRepository',
      'imageupdateautomations.image.toolkit.fluxcd.io/v1 ImageUpdateAutomation',
      'kustomizations.kustomize.toolkit.fluxcd.io/v1 Kustomization',
      'helmreleases.helm.toolkit.fluxcd.io/v2 HelmRelease',
    ]);
  });

  it('are named in the text of apiVersion where it may be left out', () => {
    const schema = crds[0]?.spec.versions[0]?.schema.openAPIV3Schema;
    const text = schema?.properties?.spec?.properties?.resources?.items?.properties?.apiVersion?.description;
    for (const { kind, versionOptional } of fluxKinds) expect(text?.includes(kind), kind).toBe(versionOptional);
  });
});

describe('defaultApiVersion', () => {
  it.each([
    ['Bucket', 'source.toolkit.fluxcd.io/v1'],
    ['HelmChart', 'source.toolkit.fluxcd.io/v1'],
    ['HelmRepository', 'source.toolkit.fluxcd.io/v1'],
    ['GitRepository', 'source.toolkit.fluxcd.io/v1'],
    ['OCIRepository', 'source.toolkit.fluxcd.io/v1'],
    ['ImageRepository', 'image.toolkit.fluxcd.io/v1'],
    ['ArtifactGenerator', 'source.extensions.fluxcd.io/v1beta1'],
    ['Kustomization', undefined],
    ['HelmRelease', undefined],
    ['ImagePolicy', undefined],
    ['ImageUpdateAutomation', undefined],
    ['ExternalArtifact', undefined],
    ['ConfigMap', undefined],
    ['constructor', undefined],
    ['', undefined],
  ])('of %j is %s', (kind, expected) => {
    expect(defaultApiVersion(kind)).toBe(expected);
  });
});
