/** The bearer token that somebody pasted: in memory only, and gone with the page. */
import { signal } from '@preact/signals';

/** '': none. */
export const token = signal('');
