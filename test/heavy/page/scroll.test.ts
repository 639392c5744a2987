// Lists as long as they can be scroll, and little of them is in the document.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from '../../support/page/chromium.ts';
import { openPage } from '../../support/page/open-page.ts';
import { pageObject, pageRecord } from '../../support/page/page-records.ts';
import { type PageServer, startPageServer } from '../../support/page/page-server.ts';
import { scrollThrough } from '../../support/page/scroll-through.ts';

const RECEIVERS = 300;
const DELIVERIES = 1_500;
const objects = Array.from({ length: RECEIVERS }, (_, index) => pageObject(`app-${index}`));
const records = Array.from({ length: DELIVERIES }, (_, index) => pageRecord(index));

let browser: Browser;
let server: PageServer;
beforeAll(async () => {
  browser = await startChromium();
  server = await startPageServer(({ url }) => {
    const all = { '/receivers': objects, '/receivers/apps/app-0/deliveries': records }[url.pathname];
    if (url.pathname === '/receivers/apps/app-0') return [200, objects[0]];
    if (all === undefined) return undefined;
    const from = Number(url.searchParams.get('continue') ?? 0);
    const next = from + 100 < all.length ? `${from + 100}` : '';
    return [200, { items: all.slice(from, from + 100), continue: next, partial: [], recordingSince: {} }];
  });
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

describe('a long list', () => {
  it.each([
    [`${RECEIVERS} Receivers`, '', RECEIVERS],
    [`${DELIVERIES} deliveries`, '#/receivers/apps/app-0', DELIVERIES],
  ])('of %s scrolls to its end', async (_what, fragment, count) => {
    const { page, faults } = await openPage(browser, server.url + fragment);
    await expect.poll(() => page.getByRole('table').getAttribute('aria-rowcount')).toBe(`${count + 1}`);
    const { mostRows, ...cost } = await scrollThrough(page);
    await page.locator(`[role=row][aria-rowindex="${count + 1}"]`).waitFor();
    expect(mostRows).toBeLessThan(70);
    expect(faults).toEqual([]);
    if (process.env.SLUICE_FIGURES !== undefined) process.stderr.write(`${_what}: ${JSON.stringify(cost)}\n`);
    await page.context().close();
  });
});
