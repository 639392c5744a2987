/** Scrolls a page from its top to its end as somebody does by a wheel, and notes what that cost. */
import type { Page } from 'playwright-core';

export interface ScrollFigures {
  /** The most rows that the document ever held. */
  readonly mostRows: number;
  /** Of the main thread, in ms; 0: none was longer than 50 ms. Depends on the machine. */
  readonly longestTaskMs: number;
  /** Longer than 100 ms. */
  readonly longTasks: number;
}

/** Runs in the page. */
const WATCH = `
window.figures = { mostRows: 0, tasks: [] };
new PerformanceObserver((list) => figures.tasks.push(...list.getEntries().map(({ duration }) => duration)))
  .observe({ type: 'longtask' });
const count = () => {
  figures.mostRows = Math.max(figures.mostRows, document.querySelectorAll('[role=row]').length);
};
new MutationObserver(count).observe(document.body, { childList: true, subtree: true });
count();
`;
const WHEEL = 700;
const LONG_MS = 100;

export async function scrollThrough(page: Page): Promise<ScrollFigures> {
  await page.evaluate(WATCH);
  await page.mouse.move(400, 400);
  const position = () =>
    page.evaluate<readonly [number, number]>('[scrollY, document.body.scrollHeight - innerHeight]');
  for (let [top, end] = await position(); top < end - 1; [top, end] = await position()) {
    await page.mouse.wheel(0, WHEEL);
    // The next frame has drawn it.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  }
  const { mostRows, tasks } = await page.evaluate<{ mostRows: number; tasks: readonly number[] }>('figures');
  const longTasks = tasks.filter((duration) => duration > LONG_MS).length;
  return { mostRows, longestTaskMs: Math.round(Math.max(0, ...tasks)), longTasks };
}
