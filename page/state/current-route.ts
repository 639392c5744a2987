/** Where the page is. */
import { signal } from '@preact/signals';
import type { Route } from '../words/route.ts';

export const route = signal<Route>({ screen: 'objects', kind: 'receivers' });
