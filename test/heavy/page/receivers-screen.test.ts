// The list of Receivers in a browser, over answers that the test gives.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessibilityFaults } from '../../support/page/accessibility-faults.ts';
import { startChromium } from '../../support/page/chromium.ts';
import { type PageServer, startPageServer } from '../../support/page/page-server.ts';

const PATH = `/hook/${'0123456789abcdef'.repeat(4)}`;
const COUNT = 250;

const nameOf = (index: number): string => `app-${String(index).padStart(3, '0')}`;

function receiver(index: number) {
  const name = nameOf(index);
  const refused = index === 0;
  return {
    object: { kind: 'Receiver', namespace: 'apps', name },
    type: 'github',
    url: `https://hooks.example.com${PATH}`,
    conditions: refused
      ? [{ type: 'Delivering', status: 'False', reason: 'Refused', message: 'SignatureMismatch: 3 webhooks in 1 min' }]
      : [{ type: 'Delivering', status: 'True', reason: 'Delivered', message: 'The last webhook was accepted' }],
    lastDelivery: {
      time: new Date(Date.now() - 125_000).toISOString(),
      event: 'push',
      verdict: refused ? 'refused' : 'accepted',
      code: refused ? 'SignatureMismatch' : 'Delivered',
    },
    counts: { hours: Array.from({ length: 24 }, () => ({ accepted: 2, refused: refused ? 1 : 0 })) },
    pushToArtifactMs: 1_900,
  };
}

let browser: Browser;
let server: PageServer;
let page: Page;
let faults: string[];
beforeAll(async () => {
  browser = await startChromium();
  server = await startPageServer(({ url }) => {
    if (url.pathname === '/unknown') return [200, { items: [], partial: [], recordingSince: {} }];
    if (url.pathname !== '/receivers') return undefined;
    const from = Number(url.searchParams.get('continue') ?? 0);
    const items = Array.from({ length: COUNT }, (_, index) => receiver(index)).slice(from, from + 100);
    return [200, { items, continue: from + 100 < COUNT ? `${from + 100}` : '', partial: [], recordingSince: {} }];
  });
});
afterAll(async () => {
  await browser.close();
  await server.close();
});
beforeEach(async () => {
  faults = [];
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url)) faults.push(request.url());
  });
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.goto(server.url);
});
afterEach(() => page.close());

describe('the list of Receivers', () => {
  it('says of each what came last and how it went', async () => {
    const row = page.getByRole('row', { name: 'apps/app-000' });
    await row.waitFor();
    expect(await row.textContent()).toContain('push refused, SignatureMismatch');
    expect(await row.textContent()).toContain('3 webhooks in 1 min');
    expect(await row.textContent()).toContain('2 min ago');
    expect(await row.getByRole('img').getAttribute('aria-label')).toBe('Last 24 hours: 48 accepted, 24 refused');
    expect(faults).toEqual([]);
  });

  it('hides the path of a URL until it is asked for', async () => {
    const row = page.getByRole('row', { name: 'apps/app-001' });
    await row.waitFor();
    expect(await page.content()).not.toContain(PATH);
    await row.getByRole('button', { name: 'Show the URL of apps/app-001' }).click();
    expect(await row.textContent()).toContain(PATH);
  });

  it('has all of them, and few in the document', async () => {
    await page.getByRole('table', { name: 'Receivers' }).waitFor();
    await expect.poll(() => page.getByRole('table').getAttribute('aria-rowcount')).toBe(`${COUNT + 1}`);
    expect(await page.getByRole('row').count()).toBeLessThan(50);
    await page.keyboard.press('End');
    await page.getByRole('row', { name: `apps/${nameOf(COUNT - 1)}` }).waitFor();
    expect(await page.getByRole('row').count()).toBeLessThan(50);
  });

  it('shows a delivery when it arrives', async () => {
    await page.getByRole('row', { name: 'apps/app-001' }).waitFor();
    await expect.poll(() => server.streams()).toBeGreaterThan(0);
    const object = { kind: 'Receiver', namespace: 'apps', name: 'app-001' };
    const record = {
      id: '1',
      at: new Date().toISOString(),
      object,
      event: 'ping',
      verdict: 'ignored',
      code: 'Delivered',
    };
    server.send('1', record);
    await page.getByRole('row', { name: 'apps/app-001' }).getByText('ping ignored').waitFor();
  });

  it('can be read by everybody', async () => {
    await page.getByRole('row', { name: 'apps/app-000' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});
