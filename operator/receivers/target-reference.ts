/** What an entry of `spec.resources` names, whatever its filter says. Pure. */
import { defaultApiVersion } from '../api/flux-kinds.ts';
import type { ResourceReference } from '../api/receiver/receiver.ts';
import { pathSegmentFault } from '../kube/path-segment.ts';

export interface TargetReference {
  /** Where it stands in the spec: `resources[0]`. */
  readonly field: string;
  /** Undefined where the kind has no default and the entry names none. */
  readonly apiVersion: string | undefined;
  readonly kind: string;
  /** A name, or `*`. */
  readonly name: string;
  readonly namespace: string;
  /** Of `*` alone: with a name they are ignored. */
  readonly matchLabels: Readonly<Record<string, string>> | undefined;
  readonly fault: ReferenceFault | undefined;
}

/** Why an entry can mean no object; other entries are served all the same. */
export interface ReferenceFault {
  readonly reason: 'TargetInvalid' | 'KindUnknown';
  /** The field of the entry that is at fault; undefined: the entry as a whole. */
  readonly where: 'name' | 'namespace' | 'apiVersion' | undefined;
  /** Follows the name of the field. */
  readonly text: string;
}

/** @param namespace the object's own, which an entry means that names none. */
export function targetReference(entry: ResourceReference, index: number, namespace: string): TargetReference {
  return {
    field: `resources[${index}]`,
    apiVersion: entry.apiVersion || defaultApiVersion(entry.kind),
    kind: entry.kind,
    name: entry.name,
    namespace: entry.namespace || namespace,
    matchLabels: entry.name === '*' ? entry.matchLabels : undefined,
    fault: faultOf(entry),
  };
}

/** The fault as an error has it: `spec.resources[0].name "a/b" must not contain '/'`. */
export function faultText(field: string, { where, text }: ReferenceFault): string {
  return `spec.${field}${where === undefined ? ':' : `.${where}`} ${text}`;
}

function faultOf({ apiVersion, kind, name, namespace, matchLabels }: ResourceReference): ReferenceFault | undefined {
  const ofName = pathSegmentFault(name);
  if (ofName !== undefined) return invalid('name', `${JSON.stringify(name)} ${ofName}`);
  const ofNamespace = namespace ? pathSegmentFault(namespace) : undefined;
  if (ofNamespace !== undefined) return invalid('namespace', `${JSON.stringify(namespace)} ${ofNamespace}`);
  // Absent and empty differ: as everywhere in Kubernetes, an empty selector selects every object.
  if (name === '*' && matchLabels === undefined) {
    return invalid(undefined, `name '*' needs matchLabels; {} selects every ${kind} of the namespace`);
  }
  if (!apiVersion && defaultApiVersion(kind) === undefined) {
    const text = `is required for kind ${kind}, which has no default`;
    return { reason: 'KindUnknown', where: 'apiVersion', text };
  }
  return undefined;
}

function invalid(where: ReferenceFault['where'], text: string): ReferenceFault {
  return { reason: 'TargetInvalid', where, text };
}
