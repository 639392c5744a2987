/** What an annotator answers when it has annotated. */
import type { Patched } from '../../../operator/receivers/annotator.ts';

export const PATCHED: Patched = { requestedAt: '2026-01-01T00:00:00.000000001Z', coalesced: false };
