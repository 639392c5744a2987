/** Says whether what an Alert names can be found, when somebody asks: an Alert has no status that could say so. */
import { ALERTING_API_VERSION, type Alert, type EventSource } from '../../api/alert/alert.ts';
import { defaultApiVersion } from '../../api/flux-kinds.ts';
import { PROVIDER_KIND } from '../../api/provider/provider.ts';
import { type TargetReference, targetReference } from '../target-reference.ts';
import { crossNamespace, faulty } from './finding.ts';
import { type LookUpOptions, lookUp } from './look-up.ts';
import type { Shown } from './owner.ts';
import { type FoundReference, resolvedRefs } from './resolved-refs.ts';

export interface ResolveAlertOptions extends LookUpOptions {
  /** With `--no-cross-namespace-refs`. */
  readonly sameNamespaceOnly: boolean;
}

/** Each is a request to the API server at worst. */
const MOST_SOURCES = 16;

/** @throws ApiError, ConnectionError: nothing is known now. */
export async function resolveAlert(options: ResolveAlertOptions, { metadata, spec }: Alert): Promise<Shown> {
  const { namespace } = metadata;
  const { name } = spec.providerRef;
  const provider = { apiVersion: ALERTING_API_VERSION, kind: PROVIDER_KIND, name };
  const references = [
    { ...targetReference(provider, 0, namespace), field: 'providerRef' },
    ...spec.eventSources.slice(0, MOST_SOURCES).flatMap((source, index) => sourceReference(source, index, namespace)),
  ];
  return resolvedRefs(await Promise.all(references.map((reference) => find(options, reference, namespace))));
}

/** Nothing for kinds that are not Flux's, which the operator has no need to read, and for sources in every namespace. */
function sourceReference(source: EventSource, index: number, namespace: string): readonly TargetReference[] {
  if (source.namespace === '*' || defaultApiVersion(source.kind) === undefined) return [];
  const all = source.name === '*' ? { matchLabels: source.matchLabels ?? {} } : {};
  return [{ ...targetReference({ ...source, ...all }, index, namespace), field: `eventSources[${index}]` }];
}

async function find(
  options: ResolveAlertOptions,
  reference: TargetReference,
  namespace: string,
): Promise<FoundReference> {
  const { field, fault } = reference;
  if (fault !== undefined) return { field, finding: faulty(fault) };
  const isForbidden = options.sameNamespaceOnly && reference.namespace !== namespace;
  const { finding } = await lookUp(options, reference, isForbidden ? crossNamespace(reference, namespace) : undefined);
  return { field, finding };
}
