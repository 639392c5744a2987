/** The time, as the words on the page need it. */
import { signal } from '@preact/signals';

const EVERY_MS = 5_000;

/** In ms since 1970. */
export const now = signal(Date.now());

/** Keeps {@link now} up to date. */
export function startClock(): void {
  setInterval(() => {
    now.value = Date.now();
  }, EVERY_MS);
}
