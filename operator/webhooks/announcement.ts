import type { Announced } from '../api/announced.ts';

/** What a git server names where there is no commit. */
const ALL_ZEROS = /^0+$/;
/** `sha256:` and its hex digits, as registries name what they hold. */
const DIGEST = /sha(?:256|384|512):[0-9a-f]{32,128}/i;

/** Of the fields of a sender those that say something; undefined: none does. */
export function announcement(fields: {
  readonly ref?: unknown;
  readonly before?: unknown;
  readonly revision?: unknown;
}): Announced | undefined {
  const [ref, before, revision] = [textOf(fields.ref), revisionOf(fields.before), revisionOf(fields.revision)];
  if (ref === undefined && revision === undefined) return undefined;
  return {
    ...(ref === undefined ? {} : { ref }),
    ...(before === undefined ? {} : { before }),
    ...(revision === undefined ? {} : { revision }),
  };
}

/** The digest in a reference to an image. */
export function digestOf(reference: unknown): string | undefined {
  return typeof reference === 'string' ? DIGEST.exec(reference)?.[0]?.toLowerCase() : undefined;
}

/** The tag of a reference to an image, of which the host may have a port; a text without `/` and `:` is one. */
export function tagOf(reference: unknown): string | undefined {
  if (typeof reference !== 'string') return undefined;
  const [name = ''] = reference.slice(reference.lastIndexOf('/') + 1).split('@');
  const colon = name.indexOf(':');
  if (colon !== -1) return name.slice(colon + 1);
  return reference.includes('/') || reference.includes('@') ? undefined : name;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function revisionOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined || ALL_ZEROS.test(text) ? undefined : text;
}
