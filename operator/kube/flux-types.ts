/** Where the objects of Flux's own kinds live, so that discovery need not ask for them. */
import { fluxKinds } from '../api/flux-kinds.ts';
import type { ResourceType } from './kube-client.ts';

const byVersionAndKind: ReadonlyMap<string, ResourceType> = new Map(
  fluxKinds.flatMap(({ kind, group, versions, plural }) =>
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
