/** Revisions as people read them: `main@4a5f2c1`. */

const SHORT = 7;

/** @param revision as Flux writes it (`main@sha1:<hex>`, `latest@sha256:<hex>`) or as a sender does (`<hex>`). */
export function shortRevision(revision: string): string {
  return revision.replace(/(?:sha\d+:)?([0-9a-f]{40,})/i, (_all, hex: string) => hex.slice(0, SHORT));
}

/** `refs/heads/main` is `main`. */
export function shortRef(ref: string): string {
  return ref.replace(/^refs\/(?:heads|tags)\//, '');
}

/** What a sender announced; '': nothing. */
export function announcedWords(announced: { readonly ref?: string; readonly revision?: string } | undefined): string {
  const parts = [shortRef(announced?.ref ?? ''), shortRevision(announced?.revision ?? '')];
  return parts.filter((part) => part !== '').join('@');
}
