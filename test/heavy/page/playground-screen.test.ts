// The playground in a browser. Explanations are the operator's own; objects and records are those that the test gives.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Receiver } from '../../../operator/api/receiver/receiver.ts';
import { explain } from '../../../operator/deliveries/explain/explain.ts';
import { webhookTypes } from '../../../operator/webhooks/index.ts';
import { accessibilityFaults } from '../../support/page/accessibility-faults.ts';
import { startChromium } from '../../support/page/chromium.ts';
import { openPage } from '../../support/page/open-page.ts';
import { pageObject, pageRecord } from '../../support/page/page-records.ts';
import { type PageRequest, type PageServer, startPageServer } from '../../support/page/page-server.ts';

const OWN = "req.ref == 'refs/heads/main' && res.metadata.name == 'web'";
const ownFilters = { resourceFilter: OWN, resources: [{ kind: 'GitRepository', name: 'web' }] };
const bodies = [{ ref: 'refs/heads/main' }, { ref: 'refs/heads/feature' }];
const records = bodies.map((_body, index) => pageRecord(index, { body: 'kept', redacted: index === 1 }));
const withoutBody = pageRecord(9);

let browser: Browser;
let server: PageServer;
let page: Page;
let faults: readonly string[];
let posted: PageRequest[];
let denied = false;
let busy = 0;
beforeAll(async () => {
  browser = await startChromium();
  server = await startPageServer((request) => {
    const { pathname } = request.url;
    const list = { partial: [], recordingSince: {}, continue: '' };
    if (pathname === '/settings') return [200, { replica: 'sluice-0', actions: false, records: true }];
    if (denied) return [401, { status: 401, code: 'Unauthorized' }];
    if (pathname === '/receivers') return [200, { ...list, items: ['app', 'app-2'].map((name) => pageObject(name)) }];
    if (pathname === '/receivers/apps/app-2') return [200, pageObject('app-2', { filters: { resources: [] } })];
    if (pathname === '/receivers/apps/app-2/deliveries') return [200, { ...list, items: [] }];
    if (pathname === '/receivers/apps/app') return [200, pageObject('app', { filters: ownFilters })];
    if (pathname === '/receivers/apps/app/deliveries') return [200, { ...list, items: [...records, withoutBody] }];
    if (pathname.endsWith('/payload')) return [200, bodyOf(pathname.split('/')[5])];
    if (request.method !== 'POST') return undefined;
    posted.push(request);
    if (busy-- > 0) return [429, { status: 429, code: 'TooManyRequests', detail: 'Two explanations are under way' }];
    return answerTo(request.body as Asked);
  });
});
afterAll(async () => {
  await browser.close();
  await server.close();
});
afterEach(() => page.context().close());
beforeEach(async () => {
  posted = [];
  denied = false;
  busy = 0;
  ({ page, faults } = await openPage(browser, `${server.url}#/playground/apps/app`));
  await result().getByText('200 Delivered').waitFor();
});

interface Asked {
  readonly delivery?: string;
  readonly payload?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly resourceFilter?: string;
  readonly resources?: readonly { readonly filter?: string }[];
  readonly whatIf?: boolean;
}

function bodyOf(id: string | undefined) {
  return bodies[records.findIndex((record) => record.id === id)];
}

async function answerTo(asked: Asked): Promise<readonly [number, unknown]> {
  try {
    if (asked.whatIf === true) return [200, await whatIf(asked)];
    return [200, await explained(asked, asked.payload ?? bodyOf(asked.delivery))];
  } catch (error) {
    const detail = error instanceof Error ? error.message : '';
    return [400, { status: 400, code: 'InvalidCELExpression', detail }];
  }
}

function explained({ resourceFilter = OWN, resources, headers = {} }: Asked, payload: unknown) {
  const filter = resources?.[0]?.filter;
  const resource = { kind: 'GitRepository', name: 'web', ...(filter === undefined ? {} : { filter }) };
  const spec = { type: 'github', secretRef: { name: 'hook' }, resourceFilter, resources: [resource] };
  const receiver: Receiver = { metadata: { namespace: 'apps', name: 'app' }, spec };
  const sent = Object.entries({ 'Content-Type': 'application/json', 'X-GitHub-Event': 'push', ...headers });
  const request = {
    method: 'POST',
    headers: Object.fromEntries(sent.map(([name, value]) => [name.toLowerCase(), value])),
    rawHeaders: sent.flat(),
    body: Buffer.from(JSON.stringify(payload)),
  };
  const select = () => [
    { name: 'web', res: { apiVersion: 'v1', kind: 'GitRepository', metadata: { name: 'web', namespace: 'apps' } } },
  ];
  return explain({ receiver, types: webhookTypes, request, select });
}

async function whatIf(asked: Asked) {
  const outcomeOf = async (change: Asked, body: unknown) => (await explained(change, body)).targets[0]?.outcome ?? '';
  const items = await Promise.all(
    records.map(async ({ id }, index) => {
      return { id, before: await outcomeOf({}, bodies[index]), after: await outcomeOf(asked, bodies[index]) };
    }),
  );
  const changed = items.filter(({ before, after }) => before !== after).length;
  return { total: items.length, changed, items, partial: ['sluice-2'], text: '' };
}

const result = () => page.getByRole('region', { name: 'Result' });
const filterField = () => page.getByLabel('spec.resourceFilter');
const outcomes = () => result().locator('.outcome').allTextContents();

describe('the playground', () => {
  it('begins with the newest delivery that is kept, and with the filter of the Receiver', async () => {
    expect(await filterField().inputValue()).toBe(OWN);
    expect(await page.getByLabel('Payload as JSON').inputValue()).toContain('refs/heads/main');
    expect(await outcomes()).toEqual(['annotated']);
    expect(posted.map(({ body }) => body)).toEqual([{ delivery: records[0]?.id }]);
    expect(faults).toEqual([]);
  });

  it('says which part decides, and marks it', async () => {
    const redacted = page.getByText('a filter that reads one may judge otherwise');
    expect(await redacted.count()).toBe(0);
    await page.getByLabel('Payload', { exact: true }).selectOption(records[1]?.id ?? '');
    await redacted.waitFor();
    await expect.poll(outcomes).toEqual(['filtered']);
    const part = result().getByRole('button', { name: /^req.ref == 'refs\/heads\/main' ?false/ });
    expect(await part.textContent()).toContain('decides');
    await part.hover();
    await expect.poll(() => page.locator('mark').first().textContent()).toBe("req.ref == 'refs/heads/main'");
  });

  it('answers as one types, and sends nothing that is not tried', async () => {
    await filterField().fill("req.ref == 'refs/heads/feature'");
    await expect.poll(outcomes).toEqual(['filtered']);
    expect(posted.at(-1)?.body).toEqual({
      delivery: records[0]?.id,
      resourceFilter: "req.ref == 'refs/heads/feature'",
    });
    await page.getByText('tried, not saved').waitFor();
    await page.getByRole('button', { name: 'As in the Receiver' }).click();
    await expect.poll(outcomes).toEqual(['annotated']);
    expect(posted.at(-1)?.body).toEqual({ delivery: records[0]?.id });
  });

  it('tries the filter of one entry', async () => {
    await page.getByLabel('spec.resources[0].filter').fill('false');
    await expect.poll(outcomes).toEqual(['filtered']);
    expect(posted.at(-1)?.body).toEqual({ delivery: records[0]?.id, resources: [{ filter: 'false' }] });
  });

  it('says where a filter cannot be read', async () => {
    await filterField().fill('req.ref ==');
    await page.getByRole('alert').getByText('spec.resourceFilter: 1:').waitFor();
    expect(await filterField().getAttribute('aria-invalid')).toBe('true');
    await expect.poll(() => page.locator('mark.wrong').textContent()).toBe('=');
  });

  it('takes what is pasted, with its event, or a sample', async () => {
    await page.getByLabel('Payload as JSON').fill('{"ref": ');
    await page.getByRole('alert').getByText('The payload is not JSON').waitFor();
    expect(await outcomes()).toEqual([]);
    await page.getByLabel('Payload as JSON').fill('{"ref": "refs/tags/v1"}');
    await page.getByLabel('X-GitHub-Event').fill('release');
    await expect
      .poll(() => posted.at(-1)?.body)
      .toEqual({
        payload: { ref: 'refs/tags/v1' },
        headers: { 'Content-Type': 'application/json', 'X-GitHub-Event': 'release' },
      });
    await expect.poll(outcomes).toEqual(['filtered']);
    await page.getByLabel('Payload', { exact: true }).selectOption('Sample of type github');
    await expect.poll(outcomes).toEqual(['annotated']);
  });

  it('says what another filter would have changed', async () => {
    const ask = page.getByRole('button', { name: 'Try on 2 kept bodies' });
    expect(await ask.isDisabled()).toBe(true);
    await filterField().fill("req.ref.startsWith('refs/heads/')");
    await ask.click();
    await page.getByText('1 of 2').waitFor();
    await page.getByText('sluice-2 does not answer').waitFor();
    await page.getByText('filtered → annotated').waitFor();
    expect(posted.at(-1)?.body).toEqual({ whatIf: true, resourceFilter: "req.ref.startsWith('refs/heads/')" });
  });

  it('is opened by the name of a Receiver', async () => {
    await page.goto(`${server.url}#/playground`);
    await page.getByText('Choose a Receiver.').waitFor();
    await page.getByLabel('Receiver', { exact: true }).fill('apps/app');
    await result().getByText('200 Delivered').waitFor();
    expect(new URL(page.url()).hash).toBe('#/playground/apps/app');
  });

  it('is opened by a name that begins with another one, as one types', async () => {
    await page.goto(`${server.url}#/playground`);
    const field = page.getByLabel('Receiver', { exact: true });
    await field.click();
    await page.keyboard.type('apps/app');
    await result().getByText('200 Delivered').waitFor();
    await page.keyboard.type('-');
    await page.keyboard.press('Enter');
    await page.getByText('There is no Receiver apps/app- that you may see.').waitFor();
    await page.keyboard.type('2');
    await page.getByText('No body is kept.').waitFor();
    expect(await field.inputValue()).toBe('apps/app-2');
    expect(await page.getByLabel('Payload', { exact: true }).inputValue()).toBe('sample');
  });

  it('has the filters of the Receiver, whatever becomes of the payload', async () => {
    await page.getByLabel('Payload as JSON').fill('[]');
    await result().getByText('500 FilterInputInvalid').waitFor();
    expect(await filterField().inputValue()).toBe(OWN);
    await page.getByText('GitRepository web').first().waitFor();
  });

  it('says that the body of the delivery that a link names is not kept', async () => {
    await page.goto(`${server.url}#/playground/apps/app/${withoutBody.id}`);
    await page.getByText('The body of the delivery that the link names is not kept.').waitFor();
    await expect.poll(() => page.getByLabel('Payload', { exact: true }).inputValue()).toBe(records[0]?.id);
  });

  it('asks again where the operator is busy', async () => {
    busy = 1;
    await filterField().fill("req.ref == 'refs/heads/feature'");
    await expect.poll(outcomes).toEqual(['filtered']);
    expect(posted).toHaveLength(3);
  });

  it('asks for a token where one is needed', async () => {
    denied = true;
    await page.reload();
    await page.getByRole('alert').getByText('This address needs a token').waitFor();
    expect(await page.getByText('Loading').count()).toBe(0);
    await page.goto(`${server.url}#/playground`);
    await page.getByRole('alert').getByText('This address needs a token').waitFor();
    denied = false;
    await page.getByRole('button', { name: 'Enter a token' }).click();
    await page.getByLabel('Bearer token').fill('a-token');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  it('can be read by everybody', async () => {
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});
