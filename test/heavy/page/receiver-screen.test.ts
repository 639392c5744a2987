// One Receiver's deliveries in a browser, over answers that the test gives.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FollowState, RecordView } from '../../../page/api/types.ts';
import { accessibilityFaults } from '../../support/page/accessibility-faults.ts';
import { startChromium } from '../../support/page/chromium.ts';
import { openPage } from '../../support/page/open-page.ts';
import { minutesBack, pageObject, pageRecord, pageTarget } from '../../support/page/page-records.ts';
import { type PageRequest, type PageServer, startPageServer } from '../../support/page/page-server.ts';

const BEFORE = '0d1e2f3a4b5c6d7e8f900112233445566778899a';
const lagging = { state: 'lagging', handledAt: minutesBack(1), revision: `main@sha1:${BEFORE}`, nudges: 2 } as const;
const records: readonly RecordView[] = [
  pageRecord(1, { targets: [pageTarget({ follow: lagging })], follow: lagging, body: 'kept', redacted: true }),
  pageRecord(5, { verdict: 'refused', code: 'SignatureMismatch', status: 400, repeated: 14 }),
  pageRecord(9, {
    verdict: 'refused',
    code: 'TargetNotFound',
    status: 500,
    targets: [
      pageTarget({ ref: 'GitRepository/apps/none', outcome: 'failed', code: 'TargetNotFound' }),
      pageTarget({ ref: 'GitRepository/apps/other' }),
    ],
  }),
  pageRecord(15, { duplicateOf: pageRecord(100).id }),
  ...Array.from({ length: 117 }, (_, index) => pageRecord(20 + index)),
];
const [lagged, refused, missed, repeating] = records as [RecordView, RecordView, RecordView, RecordView];
const repeated = pageRecord(100);
const TOKEN = 'the-token-of-a-test';
const NO_BODY = 'The body of the delivery is not kept: set spec.deliveries.keepBodies for the next ones';

let browser: Browser;
let server: PageServer;
let page: Page;
let faults: readonly string[];
let posted: PageRequest[];
/** What came since the page was opened. */
let arrived: readonly RecordView[];
beforeAll(async () => {
  browser = await startChromium();
  server = await startPageServer(answer);
});
afterAll(async () => {
  await browser.close();
  await server.close();
});
afterEach(() => page.context().close());
beforeEach(async () => {
  posted = [];
  arrived = [];
  ({ page, faults } = await openPage(browser, `${server.url}#/receivers/apps/app`));
  await deliveries().first().waitFor();
});

function answer(request: PageRequest): readonly [number, unknown] | undefined {
  const { pathname, searchParams } = request.url;
  if (request.method === 'POST') {
    posted.push(request);
    return answerToPost(request);
  }
  if (pathname === '/settings') {
    return [
      200,
      {
        replica: 'sluice-0',
        actions: true,
        records: true,
        links: 'https://flux.example.com/{kind}/{namespace}/{name}',
      },
    ];
  }
  if (pathname === '/receivers/apps/app') return [200, pageObject('app')];
  if (pathname.endsWith('/payload')) return [200, { ref: 'refs/heads/main' }];
  if (pathname !== '/receivers/apps/app/deliveries') return undefined;
  const from = Number(searchParams.get('continue') ?? 0);
  const items = [...(from === 0 ? arrived : []), ...records.slice(from, from + 100)];
  const recordingSince = { 'sluice-0': minutesBack(60) };
  return [200, { items, continue: from === 0 ? '100' : '', partial: ['sluice-1'], recordingSince }];
}

function answerToPost({ url, token }: PageRequest): readonly [number, unknown] {
  if (url.pathname.endsWith('/explain')) return [409, { status: 409, code: 'NoBody', detail: NO_BODY }];
  return token === TOKEN ? [200, pageRecord(0, { origin: 'replayed' })] : [401, { status: 401, code: 'Unauthorized' }];
}

/** All rows but the heading and what is below an open one. */
function deliveries() {
  return page.getByRole('table', { name: 'Deliveries' }).locator('.row[aria-rowindex]:not([aria-rowindex="1"])');
}

function rowOf({ id }: RecordView) {
  return page.locator(`[data-key="${id}"] > .row`);
}

async function open({ id }: RecordView) {
  await page.goto(`${server.url}#/receivers/apps/app/${id}`);
  const detail = page.locator(`#delivery-${id}`);
  await detail.waitFor();
  return detail;
}

describe('the deliveries of a Receiver', () => {
  it('say what came, newest first, and what is not known', async () => {
    expect(await deliveries().first().textContent()).toContain('lagging');
    expect(await deliveries().nth(1).textContent()).toMatch(/refused14×SignatureMismatchpush/);
    await expect.poll(() => page.getByRole('table').getAttribute('aria-rowcount')).toBe(`${records.length + 1}`);
    await page.getByText('sluice-1 does not answer').waitFor();
    await page.getByText(/Recorded since .* by sluice-0/).waitFor();
    expect(faults).toEqual([]);
  });

  it('come as they arrive, and change when more is known', async () => {
    await page.getByText('Live', { exact: true }).waitFor();
    const record = pageRecord(0, { event: 'release', targets: [pageTarget({ follow: { state: 'waiting' } })] });
    const send = (state: FollowState): void => {
      arrived = [{ ...record, follow: { state } }];
      server.send(record.id, arrived[0]);
    };
    send('waiting');
    await deliveries().first().getByText('waiting').waitFor();
    send('fresh');
    await deliveries().first().getByText('arrived').waitFor();
    expect(await deliveries().first().textContent()).toContain('release');
  });

  it('open into a chain with the first link that is not done, and why', async () => {
    const links = async (record: RecordView) => (await open(record)).getByRole('listitem').allTextContents();
    expect(await links(refused)).toEqual([
      expect.stringContaining('Received, done'),
      expect.stringContaining('Verified, broken'),
      expect.stringContaining('Annotated, not known'),
    ]);
    await page.getByText('The secret at the sender is not key token').waitFor();
    expect((await links(lagged)).at(-1)).toContain('Fetched, waitingstill main@0d1e2f3, asked again 2×');
    await page.getByText('still has the revision before').waitFor();
  });

  it('have a chain for each target', async () => {
    const detail = await open(missed);
    await detail.getByText('Broken at Annotated').waitFor();
    await detail.getByRole('button', { name: 'GitRepository/apps/other' }).click();
    await expect.poll(() => detail.getByText('Broken at').count()).toBe(0);
    const link = detail.getByRole('link', { name: 'Open GitRepository/apps/other' });
    expect(await link.getAttribute('href')).toBe('https://flux.example.com/GitRepository/apps/other');
  });

  it('open and close by keyboard', async () => {
    await deliveries().nth(1).getByRole('button').focus();
    await page.keyboard.press('Enter');
    await page.locator(`#delivery-${refused.id}`).waitFor();
    expect(new URL(page.url()).hash).toBe(`#/receivers/apps/app/${refused.id}`);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator(`#delivery-${missed.id}`).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.delivery').count()).toBe(0);
  });

  it('say why something cannot be explained, and show what is kept', async () => {
    const detail = await open(lagged);
    await detail.getByRole('button', { name: 'Explain' }).click();
    await detail.getByText('spec.deliveries.keepBodies').waitFor();
    await detail.getByRole('button', { name: 'Show payload' }).click();
    await detail.getByText('"ref": "refs/heads/main"').waitFor();
    expect(posted[0]?.body).toEqual({ delivery: lagged.id });
  });

  it('are replayed with a token alone, which is kept nowhere', async () => {
    const detail = await open(lagged);
    await detail.getByRole('button', { name: 'Replay…' }).click();
    await page.getByLabel('Bearer token').fill(TOKEN);
    await page.getByRole('button', { name: 'Use token' }).click();
    await detail.getByRole('button', { name: 'Replay…' }).click();
    expect(posted).toEqual([]);
    await detail.getByRole('button', { name: 'Replay now' }).click();
    await detail.getByText('Replayed: accepted').waitFor();
    expect(posted.map(({ url, token }) => [url.pathname, token])).toEqual([
      [`/receivers/apps/app/deliveries/${lagged.id}/replay`, TOKEN],
    ]);
    const stored = await page.evaluate(
      'JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])',
    );
    expect(stored).not.toContain(TOKEN);
    expect(await page.content()).not.toContain(TOKEN);
    await page.reload();
    await page.getByRole('button', { name: 'Token', exact: true }).waitFor();
  });

  it('have the focus with the question whether to replay, which the key that asked does not answer', async () => {
    await page.getByRole('button', { name: 'Token' }).click();
    await page.getByLabel('Bearer token').fill(TOKEN);
    await page.keyboard.press('Enter');
    const detail = await open(lagged);
    await detail.getByRole('button', { name: 'Replay…' }).focus();
    await page.keyboard.press('Enter');
    const focused = () => page.evaluate<string>('document.activeElement.textContent');
    await expect.poll(focused).toContain('Annotate its targets again?');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Cancel');
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe('Replay…');
    expect(posted).toEqual([]);
  });

  it('stay where they are while others arrive, and open where they are', async () => {
    const [read, below] = [records[60], records[61]] as [RecordView, RecordView];
    await page.setViewportSize({ width: 1440, height: 1400 });
    const detail = await open(read);
    const top = async (of: RecordView) => (await rowOf(of).boundingBox())?.y ?? 0;
    const before = await top(read);
    expect(before).toBeGreaterThan(0);
    await page.getByText('Live', { exact: true }).waitFor();
    arrived = [pageRecord(0, { event: 'release' })];
    server.send(arrived[0]?.id ?? '', arrived[0]);
    await expect.poll(() => page.getByRole('table').getAttribute('aria-rowcount')).toBe(`${records.length + 2}`);
    expect(await top(read)).toBeCloseTo(before, 0);
    const clicked = await top(below);
    await rowOf(below).getByRole('button').click();
    await detail.waitFor({ state: 'detached' });
    await page.locator(`#delivery-${below.id}`).waitFor();
    expect(await top(below)).toBeCloseTo(clicked, 0);
  });

  it('lead to the one that they repeat', async () => {
    const detail = await open(repeating);
    await detail.getByRole('link', { name: repeated.id }).click();
    await page.locator(`#delivery-${repeated.id}`).waitFor();
    const { y = -1 } = (await rowOf(repeated).boundingBox()) ?? {};
    expect(y).toBeGreaterThan(0);
    expect(y).toBeLessThan(900);
    await page.goBack();
    await detail.waitFor();
  });

  it('are read again when the stream was cut, and when nothing is heard of it', async () => {
    await page.context().close();
    ({ page, faults } = await openPage(browser, `${server.url}#/receivers/apps/app`, { ownClock: true }));
    await deliveries().first().waitFor();
    const live = page.getByText('Live', { exact: true });
    await live.waitFor();
    // What is read anyway comes later than all that is run here.
    await page.clock.pauseAt((await page.evaluate<number>('Date.now()')) + 10_000);
    arrived = [pageRecord(0, { event: 'release' })];
    server.cut();
    const lost = page.getByText('Connection lost, trying again');
    await lost.waitFor();
    await page.clock.runFor(1_100);
    await live.waitFor();
    await page.clock.runFor(100);
    await deliveries().first().getByText('release').waitFor();
    await page.clock.runFor(40_000);
    await lost.waitFor();
    expect(faults).toEqual([]);
  });

  it('fit into a narrow window', async () => {
    await page.setViewportSize({ width: 375, height: 740 });
    for (const record of [lagged, refused]) {
      await open(record);
      const row = await rowOf(record).boundingBox();
      for (const cell of await rowOf(record).getByRole('cell').all()) {
        const { x, y, width, height } = (await cell.boundingBox()) ?? { x: 0, y: row?.y ?? 0, width: 0, height: 0 };
        expect(y).toBeGreaterThanOrEqual(row?.y ?? 0);
        expect(y + height).toBeLessThanOrEqual((row?.y ?? 0) + (row?.height ?? 0));
        expect(x + width).toBeLessThanOrEqual(375);
      }
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375);
    }
    expect(await rowOf(refused).getByText('14×').isVisible()).toBe(true);
  });

  it('are not there where a link names one that is forgotten', async () => {
    await page.goto(`${server.url}#/receivers/apps/app/01Kforgotten`);
    await page.getByText('is not remembered any longer').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.goto(`${server.url}#/receivers/apps/other`);
    await page.getByRole('alert').getByText('There is no such object').waitFor();
    expect(await page.getByText('Loading').count()).toBe(0);
    expect(await page.title()).toBe('apps/other · Sluice');
  });

  it('can be read by everybody', async () => {
    await open(lagged);
    expect(await accessibilityFaults(page)).toEqual([]);
    await open(missed);
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});
