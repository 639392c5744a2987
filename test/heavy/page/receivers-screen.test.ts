// The list of Receivers in a browser, over answers that the test gives.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessibilityFaults } from '../../support/page/accessibility-faults.ts';
import { startChromium } from '../../support/page/chromium.ts';
import { openPage } from '../../support/page/open-page.ts';
import { minutesBack, pageCondition, pageObject, pageRecord } from '../../support/page/page-records.ts';
import { type PageServer, startPageServer } from '../../support/page/page-server.ts';

const COUNT = 250;
const nameOf = (index: number): string => `app-${String(index).padStart(3, '0')}`;
const broken = pageObject(nameOf(0), {
  conditions: [pageCondition('Delivering', 'False', 'Refused', 'SignatureMismatch: 3 webhooks in 1 min')],
  lastDelivery: { time: minutesBack(2), event: 'push', verdict: 'refused', code: 'SignatureMismatch' },
  counts: { hours: Array.from({ length: 24 }, () => ({ accepted: 2, refused: 1 })) },
});
const unresolved = pageObject(nameOf(1), {
  conditions: [pageCondition('ResolvedRefs', 'False', 'TargetNotFound', 'GitRepository apps/none is not there')],
});
const objects = [broken, unresolved, ...Array.from({ length: COUNT - 2 }, (_, index) => pageObject(nameOf(index + 2)))];
/** The second one as it is after a delivery has come. */
let arrived = unresolved;
/** Whether the operator remembers deliveries. */
let records = true;
/** What every list is refused with. */
let refusal: readonly [status: number, code: string] | undefined;
const PATH = new URL(broken.url ?? '').pathname;

let browser: Browser;
let server: PageServer;
let page: Page;
const tokens: string[] = [];
let faults: readonly string[];
beforeAll(async () => {
  browser = await startChromium();
  server = await startPageServer(({ url, token }) => {
    tokens.push(token);
    const list = { continue: '', partial: [], recordingSince: {} };
    if (refusal !== undefined) return [refusal[0], { status: refusal[0], code: refusal[1] }];
    if (url.pathname === '/unknown') {
      return [
        200,
        { ...list, items: [{ at: minutesBack(4.5), from: '192.0.2.9', method: 'POST', code: 'PathUnknown' }] },
      ];
    }
    if (url.pathname === '/settings') return [200, { replica: 'sluice-0', actions: false, records }];
    if (url.pathname === '/alerts') return [200, { ...list, items: [], partial: ['sluice-1'] }];
    if (url.pathname !== '/receivers') return undefined;
    const from = Number(url.searchParams.get('continue') ?? 0);
    const next = from + 100 < COUNT ? `${from + 100}` : '';
    const items = objects.slice(from, from + 100).map((object) => (object === unresolved ? arrived : object));
    return [200, { ...list, items, continue: next }];
  });
});
afterAll(async () => {
  await browser.close();
  await server.close();
});
beforeEach(async () => {
  arrived = unresolved;
  refusal = undefined;
  records = true;
  ({ page, faults } = await openPage(browser, server.url));
  await row(0).waitFor();
});
afterEach(() => page.context().close());

function row(index: number) {
  return page.getByRole('row', { name: `apps/${nameOf(index)}` });
}

describe('the list of Receivers', () => {
  it('says of each what came last and how it went', async () => {
    const text = await row(0).textContent();
    for (const words of ['push refused, SignatureMismatch', '3 webhooks in 1 min', 'Not delivering']) {
      expect(text).toContain(words);
    }
    expect(text).toMatch(/\d+ min ago/);
    expect(await row(0).getByRole('img').getAttribute('aria-label')).toBe('Last 24 hours: 48 accepted, 24 refused');
    expect(await row(1).textContent()).toContain('GitRepository apps/none is not there');
    expect(faults).toEqual([]);
  });

  it('hides the path of a URL until it is asked for', async () => {
    expect(await page.content()).not.toContain(PATH);
    await row(1)
      .getByRole('button', { name: `Show the URL of apps/${nameOf(1)}` })
      .click();
    expect(await row(1).textContent()).toContain(PATH);
  });

  it('has all of them, and few in the document', async () => {
    await expect.poll(() => page.getByRole('table').getAttribute('aria-rowcount')).toBe(`${COUNT + 1}`);
    expect(await page.getByRole('row').count()).toBeLessThan(50);
    await page.keyboard.press('End');
    await row(COUNT - 1).waitFor();
    expect(await page.getByRole('row').count()).toBeLessThan(50);
  });

  it('is narrowed by words, and by how they do', async () => {
    await page.getByRole('searchbox').fill(`${nameOf(7)} github`);
    await row(7).waitFor();
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'Target missing 1' }).click();
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await row(1).waitFor();
  });

  it('shows a delivery when it arrives', async () => {
    await page.getByText('Live', { exact: true }).waitFor();
    const { object } = unresolved;
    const record = pageRecord(0, { object, event: 'ping', verdict: 'ignored' });
    arrived = {
      ...unresolved,
      lastDelivery: { time: record.at, event: 'ping', verdict: 'ignored', code: 'Delivered' },
    };
    server.send(record.id, record);
    await row(1).getByText('ping ignored').waitFor();
  });

  it('says that calls found no Receiver', async () => {
    const calls = page.getByRole('group').filter({ hasText: 'A call of a path that no Receiver has' });
    await calls.getByText(/\d+ min ago/).waitFor();
    await calls.locator('summary').click();
    await calls.getByText('POST from 192.0.2.9, PathUnknown').waitFor();
  });

  it('says which replicas do not answer, and that there is nothing', async () => {
    await page.getByRole('link', { name: 'Alerts' }).click();
    await page.getByText('sluice-1 does not answer').waitFor();
    await page.getByText('There are no Alerts that you may see.').waitFor();
  });

  it('can be used by keyboard alone', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('app-00');
    await expect.poll(() => page.getByRole('row').count()).toBe(11);
    const focused = () => page.evaluate('document.activeElement.textContent');
    for (let tabs = 0; tabs < 30 && (await focused()) !== `apps/${nameOf(0)}`; tabs++) await page.keyboard.press('Tab');
    expect(await focused()).toBe(`apps/${nameOf(0)}`);
    for (let index = 1; index < 4; index++) {
      await page.keyboard.press('ArrowDown');
      await expect.poll(focused).toBe(`apps/${nameOf(index)}`);
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: `apps/${nameOf(3)}` }).waitFor();
    expect(new URL(page.url()).hash).toBe(`#/receivers/apps/${nameOf(3)}`);
  });

  it('is where it was when one comes back to it, with the focus on the row that one comes from', async () => {
    await row(0).getByRole('link').focus();
    for (let rows = 0; rows < 30; rows++) await page.keyboard.press('ArrowDown');
    const focused = () => page.evaluate<string>('document.activeElement.textContent');
    expect(await focused()).toBe(`apps/${nameOf(30)}`);
    expect(await page.evaluate<number>('scrollY')).toBeGreaterThan(0);
    const top = async () => Math.round((await row(30).boundingBox())?.y ?? 0);
    const before = await top();
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.goBack();
    await expect.poll(focused).toBe(`apps/${nameOf(30)}`);
    await expect.poll(top).toBe(before);
  });

  it('says what is wrong where nothing answers, keeps what it has, and goes on by itself', async () => {
    await page.context().close();
    ({ page, faults } = await openPage(browser, server.url, { ownClock: true }));
    await row(0).waitFor();
    refusal = [503, 'NotSynced'];
    await page.clock.runFor(35_000);
    await page.getByRole('alert').getByText('The operator is starting').waitFor();
    await page.context().setOffline(true);
    await page.clock.runFor(6_000);
    await page.getByRole('alert').getByText('The operator does not answer').waitFor();
    await row(0).waitFor();
    await page.context().setOffline(false);
    refusal = undefined;
    await page.clock.runFor(6_000);
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  it('says that nothing is recorded where nothing is', async () => {
    expect(await page.getByText('No deliveries are recorded').count()).toBe(0);
    records = false;
    await page.reload();
    await page.getByText('No deliveries are recorded: the operator runs with --delivery-history 0').waitFor();
  });

  it('asks for a token where one is needed, and shows nothing else', async () => {
    refusal = [401, 'Unauthorized'];
    await page.reload();
    await page.getByRole('alert').getByText('This address needs a token').waitFor();
    expect(await page.getByText('Loading').count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    refusal = undefined;
    await page.getByRole('button', { name: 'Enter a token' }).click();
    expect(await accessibilityFaults(page)).toEqual([]);
    const field = page.getByLabel('Bearer token');
    await field.fill('a-token…');
    await page.keyboard.press('Enter');
    expect(await page.evaluate<boolean>('document.activeElement.validity.patternMismatch')).toBe(true);
    await field.fill(' Bearer a-token ');
    await page.keyboard.press('Enter');
    await row(0).waitFor();
    expect(tokens.at(-1)).toBe('a-token');
  });

  it('has all there is to know in a narrow window, and nothing beside it', async () => {
    await page.setViewportSize({ width: 375, height: 740 });
    const cells = row(0).getByRole('cell');
    await expect.poll(async () => (await cells.last().boundingBox())?.x).toBeLessThan(100);
    expect(await cells.allTextContents()).toEqual([
      expect.stringContaining('Not delivering'),
      expect.stringContaining('push refused'),
      expect.stringContaining('Last 24 hours'),
      '1.9 s',
      '–',
      expect.stringContaining('Show'),
    ]);
    for (const cell of await cells.all()) expect(await cell.isVisible()).toBe(true);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375);
    await page.getByRole('button', { name: 'Token' }).click();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('keeps the words of a search, and no choice that another kind has not', async () => {
    expect(await page.title()).toBe('Receivers · Sluice');
    await page.getByRole('searchbox').fill('refused');
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await page.getByRole('button', { name: 'Not delivering 1' }).click();
    await page.getByRole('link', { name: 'Alerts' }).click();
    await page.getByText('There are no Alerts').waitFor();
    expect(await page.title()).toBe('Alerts · Sluice');
    expect(await page.getByRole('button', { name: 'All 0' }).getAttribute('aria-pressed')).toBe('true');
    await page.goBack();
    await row(0).waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('refused');
  });

  it('can be read by everybody', async () => {
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});
