/** What is found of one reference to a target, in words for people. Pure. */
import type { ResolvedRefsReason } from '../../api/resolved-refs-reasons.ts';
import type { ResourceType } from '../../kube/kube-client.ts';
import type { ReferenceFault, TargetReference } from '../target-reference.ts';

export interface Finding {
  readonly reason: ResolvedRefsReason;
  /** Follows the field of the reference; empty where nothing is to be said. */
  readonly text: string;
  /** What to do about it. */
  readonly remedy: string;
}

export const RESOLVED: Finding = { reason: 'Resolved', text: '', remedy: '' };

export function faulty({ reason, where, text }: ReferenceFault): Finding {
  const remedy = where === undefined ? 'correct the entry' : `correct ${where}`;
  return { reason, text: where === undefined ? text : `${where} ${text}`, remedy };
}

export function kindUnknown({ apiVersion, kind }: TargetReference): Finding {
  return {
    reason: 'KindUnknown',
    text: `the API server has no kind ${kind} in ${apiVersion}`,
    remedy: 'correct kind or apiVersion, or install its CRD',
  };
}

/** @param namespace of the object whose reference it is. */
export function crossNamespace({ kind, namespace: of, name }: TargetReference, namespace: string): Finding {
  return {
    reason: 'TargetForbidden',
    text: `${kind} ${of}/${name} is not in namespace ${namespace}, and --no-cross-namespace-refs is set`,
    remedy: 'name a target of this namespace, or unset the flag',
  };
}

export function noRight(verb: 'get' | 'list', type: ResourceType, { namespace }: TargetReference): Finding {
  const [, group] = type.apiVersion.includes('/') ? type.apiVersion.split('/').toReversed() : [];
  const resource = group === undefined ? type.plural : `${type.plural}.${group}`;
  const where = type.namespaced ? ` in namespace ${namespace}` : '';
  return {
    reason: 'TargetForbidden',
    text: `the operator has no right to ${verb} ${resource}${where}`,
    remedy: 'grant it',
  };
}

export function notFound({ namespaced }: ResourceType, { kind, namespace, name }: TargetReference): Finding {
  return {
    reason: 'TargetNotFound',
    text: `${kind} ${namespaced ? `${namespace}/` : ''}${name} does not exist`,
    remedy: 'correct the name, or create it',
  };
}

export function nothingSelected({ namespaced }: ResourceType, reference: TargetReference): Finding {
  const { kind, namespace, matchLabels = {} } = reference;
  const labels = Object.entries(matchLabels).map(([name, value]) => `${name}=${value}`);
  const where = namespaced ? ` in namespace ${namespace}` : '';
  return labels.length === 0
    ? { reason: 'NothingSelected', text: `there is no ${kind}${where}`, remedy: 'create one' }
    : {
        reason: 'NothingSelected',
        text: `no ${kind}${where} has the labels ${labels.join(',')}`,
        remedy: 'label one, or correct matchLabels',
      };
}
