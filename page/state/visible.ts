/** Whether somebody can see the page: a tab in the background follows nothing. */
import { signal } from '@preact/signals';

export const visible = signal(!document.hidden);

export function watchVisibility(): void {
  document.addEventListener('visibilitychange', () => {
    visible.value = !document.hidden;
  });
}
