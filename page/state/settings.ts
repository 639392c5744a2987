/** What the operator says of itself: whether it replays, and where a page about a target is. */
import { effect, signal } from '@preact/signals';
import { get } from '../api/request.ts';
import type { SettingsView } from '../api/types.ts';
import { token } from './token.ts';

/** Until it is known: nothing can be done. */
export const settings = signal<SettingsView>({ replica: '', actions: false, records: true });

/** Asked with each other token; who may not know keeps what there was. */
export function loadSettings(): void {
  effect(() => {
    token.value;
    get<SettingsView>('settings').then(
      (answer) => {
        settings.value = answer;
      },
      () => undefined,
    );
  });
}

/** URL of a page about a target; undefined: there is none. @param ref `Kind/namespace/name` */
export function linkOf(ref: string): string | undefined {
  const [kind = '', namespace = '', name = ''] = ref.split('/').map(encodeURIComponent);
  return settings.value.links
    ?.replaceAll('{kind}', kind)
    .replaceAll('{namespace}', namespace)
    .replaceAll('{name}', name);
}
