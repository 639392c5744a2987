/** How the list is narrowed: it is the same when one comes back to it. */
import { signal } from '@preact/signals';
import type { Health } from '../words/health.ts';

export const search = signal('');
/** undefined: all. */
export const health = signal<Health | undefined>(undefined);
