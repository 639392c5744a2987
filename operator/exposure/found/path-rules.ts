/** Matches a path as an Ingress and an HTTPRoute do, and tells what arrives at the operator. Pure. */
import { RE2JS } from 're2js';
import type { FoundUrl, Unfulfilled } from './found-url.ts';

/** How a proxy changes the path of a request. */
export interface Rewrite {
  /** `prefix`: what matched is replaced by `target`. `whole`: all of it is. `capture`: all of it, with groups of `pattern`. */
  readonly kind: 'prefix' | 'whole' | 'capture';
  /** `$1` or `\1` stands for a group, `$uri` for the path. */
  readonly target: string;
  /** A regular expression that is searched in the path; a path without it is kept. Absent: the value of the match. */
  readonly pattern?: string;
  /** What to report when the path does not stay as it is. */
  readonly fault: Unfulfilled;
}

export interface PathMatch {
  /** A `regex` matches from the start and without regard to case, as that of ingress-nginx. */
  readonly kind: 'exact' | 'prefix' | 'regex';
  readonly value: string;
  /** Whether what it matches is led to the operator. */
  readonly here: boolean;
  readonly rewrite?: Rewrite;
  /** Why nothing that it matches arrives. */
  readonly fault?: Unfulfilled;
}

/** URLs for some paths only. */
export interface PathRules {
  readonly urls: readonly FoundUrl[];
  /** The exact match counts, else the longest one. */
  readonly paths: readonly PathMatch[];
}

/** The URLs that lead a path to the operator; with the fault and without an origin where it does not arrive. */
export function urlsFor({ urls, paths }: PathRules, path: string): readonly FoundUrl[] {
  const match = matchOf(paths, path);
  if (match === undefined || !match.here) return [];
  const { rewrite } = match;
  const fault = match.fault ?? (rewrite && rewritten(path, match, rewrite) !== path ? rewrite.fault : undefined);
  if (fault === undefined) return urls;
  return urls.map(({ type, owner }) => ({ type, ...(owner === undefined ? {} : { owner }), fault }));
}

function matchOf(paths: readonly PathMatch[], path: string): PathMatch | undefined {
  let best: PathMatch | undefined;
  for (const match of paths) {
    if (!matches(match, path)) continue;
    if (match.kind === 'exact') return match;
    if (best === undefined || match.value.length > best.value.length) best = match;
  }
  return best;
}

/** A prefix is one of whole elements: `/hook` and `/hook/` are prefixes of `/hook/a`, and not of `/hooks`. */
function matches({ kind, value }: PathMatch, path: string): boolean {
  if (kind === 'exact') return value === path;
  if (kind === 'regex') return compiled(value)?.matcher(path).lookingAt() ?? false;
  const prefix = withoutSlash(value);
  return path === prefix || path.startsWith(`${prefix}/`);
}

function rewritten(path: string, { value }: PathMatch, { kind, target, pattern = value }: Rewrite): string {
  if (kind === 'whole') return target;
  if (kind === 'prefix') return `${withoutSlash(target)}${path.slice(withoutSlash(value).length)}` || '/';
  const matcher = compiled(pattern)?.matcher(path);
  if (matcher === undefined || !matcher.find()) return path;
  return target.replace(/\$(?:request_)?uri|[$\\](\d)/g, (_whole, group: string | undefined) => {
    if (group === undefined) return path;
    return Number(group) <= matcher.groupCount() ? (matcher.group(Number(group)) ?? '') : '';
  });
}

function withoutSlash(prefix: string): string {
  return prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
}

/** Few Ingresses have patterns, and each is asked for every Receiver. */
const MOST_PATTERNS = 256;
const patterns = new Map<string, RE2JS | undefined>();

/** RE2 takes linear time, whoever wrote the pattern. @returns undefined for one that it does not know, such as a look-ahead. */
function compiled(pattern: string): RE2JS | undefined {
  if (patterns.has(pattern)) return patterns.get(pattern);
  if (patterns.size >= MOST_PATTERNS) patterns.clear();
  const regex = tryCompile(pattern);
  patterns.set(pattern, regex);
  return regex;
}

function tryCompile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
  } catch {
    return undefined;
  }
}
