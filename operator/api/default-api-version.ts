/** The API version of a target's kind where a Receiver names none; any other kind must name one. */
const defaultApiVersions: Readonly<Record<string, string>> = {
  Bucket: 'source.toolkit.fluxcd.io/v1',
  HelmChart: 'source.toolkit.fluxcd.io/v1',
  HelmRepository: 'source.toolkit.fluxcd.io/v1',
  GitRepository: 'source.toolkit.fluxcd.io/v1',
  OCIRepository: 'source.toolkit.fluxcd.io/v1',
  ImageRepository: 'image.toolkit.fluxcd.io/v1',
  ArtifactGenerator: 'source.extensions.fluxcd.io/v1beta1',
};

export function defaultApiVersion(kind: string): string | undefined {
  return Object.hasOwn(defaultApiVersions, kind) ? defaultApiVersions[kind] : undefined;
}
