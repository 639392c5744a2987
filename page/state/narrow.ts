/** Whether the window is narrow: rows then have more lines. */
import { signal } from '@preact/signals';

const NARROW = matchMedia('(width < 760px)');

export const narrow = signal(NARROW.matches);

/** Keeps {@link narrow} up to date. */
export function watchWidth(): void {
  NARROW.addEventListener('change', ({ matches }) => {
    narrow.value = matches;
  });
}
