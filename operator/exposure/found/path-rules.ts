/** Matches a path as an Ingress and an HTTPRoute do: the exact one, else the longest prefix. Pure. */
import type { FoundUrl } from './found-url.ts';

export interface PathMatch {
  readonly kind: 'exact' | 'prefix';
  readonly value: string;
  /** Whether what it matches is led to the operator. */
  readonly here: boolean;
}

/** URLs for some paths only. */
export interface PathRules {
  readonly urls: readonly FoundUrl[];
  readonly paths: readonly PathMatch[];
  /** Whether a path that nothing matches is led to the operator. */
  readonly otherwise: boolean;
}

export function leadsHere({ paths, otherwise }: PathRules, path: string): boolean {
  let best: PathMatch | undefined;
  for (const match of paths) {
    if (!matches(match, path)) continue;
    if (match.kind === 'exact') return match.here;
    if (best === undefined || match.value.length > best.value.length) best = match;
  }
  return best?.here ?? otherwise;
}

/** A prefix is one of whole elements: `/hook` and `/hook/` are prefixes of `/hook/a`, and not of `/hooks`. */
function matches({ kind, value }: PathMatch, path: string): boolean {
  if (kind === 'exact') return value === path;
  const prefix = value.endsWith('/') ? value.slice(0, -1) : value;
  return path === prefix || path.startsWith(`${prefix}/`);
}
