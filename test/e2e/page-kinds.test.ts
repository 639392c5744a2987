/**
 * What people find out of Alerts and BrokerReceivers from the page's screens alone: the built operator on a real API
 * server, with a real nats-server and a service that refuses, in Debian's Chromium.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../control-plane/free-port.ts';
import type { ControlPlane } from '../../control-plane/start.ts';
import { eventBody } from '../support/alerts/alert-world.ts';
import { type Recorder, startRecorder } from '../support/alerts/recorder.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { deliveriesOf } from '../support/deliveries-of.ts';
import { accessibilityFaults } from '../support/page/accessibility-faults.ts';
import { startChromium } from '../support/page/chromium.ts';
import { openPage } from '../support/page/open-page.ts';
import { createSourceWorld, type SourceWorld } from '../support/sources/source-world.ts';
import { waitFor } from '../support/wait-for.ts';

const NAMESPACE = 'apps';
const ALERTING = 'notification.toolkit.fluxcd.io/v1beta3';
const SERVICE = [{ match: 'POST /refuses', status: 403, body: 'the channel is archived' }];

let controlPlane: ControlPlane;
let made: SourceWorld;
let service: Recorder;
let eventsUrl: string;
let browser: Browser;
let page: Page;
let faults: readonly string[];

beforeAll(async () => {
  [controlPlane, browser, service] = await Promise.all([ownControlPlane(), startChromium(), startRecorder(SERVICE)]);
  const port = await freePort();
  eventsUrl = `http://127.0.0.1:${port}/`;
  const args = ['--shutdown-delay=0s', '--delivery-status-interval=1s', `--events-addr=127.0.0.1:${port}`];
  made = await createSourceWorld(controlPlane, { namespace: NAMESPACE, args });
});
afterAll(async () => {
  await browser?.close();
  await made?.end();
  await service?.close();
  await controlPlane?.stop();
});
beforeEach(async () => {
  ({ page, faults } = await openPage(browser, made.world.operator.pageUrl));
});
afterEach(async () => {
  expect(faults).toEqual([]);
  await page.context().close();
});

const row = (name: string) => page.getByRole('row', { name: `${NAMESPACE}/${name}` });
const delivery = (words: string | RegExp) =>
  page.getByRole('row', { name: words }).first().getByRole('button', { expanded: false });
const showsChain = (...links: readonly RegExp[]) =>
  expect
    .poll(() => page.getByRole('list', { name: 'What became of it' }).getByRole('listitem').allTextContents())
    .toEqual(links.map((link) => expect.stringMatching(link)));

async function canBeRead(): Promise<void> {
  for (const width of [375, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect({ width, faults: await accessibilityFaults(page) }).toEqual({ width, faults: [] });
  }
}

describe('who runs Alerts', () => {
  const apply = (kind: string, name: string, spec: object) =>
    made.world.apply({ apiVersion: ALERTING, kind, metadata: { name }, spec });
  const eventSources = [{ kind: 'Kustomization', name: '*' }];
  const provider = (path: string) =>
    apply('Provider', 'chat', { type: 'generic', address: `http://${service.host}/${path}` });
  const happens = (message: string) =>
    fetch(eventsUrl, { method: 'POST', body: eventBody(NAMESPACE, { name: 'web', message, severity: 'error' }) });

  it('sees that the service refuses, and which Provider there is not', async () => {
    await provider('refuses');
    await apply('Alert', 'on-call', { providerRef: { name: 'chat' }, eventSources });
    await apply('Alert', 'to-mail', { providerRef: { name: 'mial' }, eventSources, suspend: true });
    await waitFor('the Alert is known', async () => {
      await happens(`probe ${Date.now()}`);
      return (await deliveriesOf(made.world, 'alerts', 'on-call')).length > 0;
    });
    await page.getByRole('link', { name: 'Alerts' }).click();
    await row('to-mail').getByText(`Provider ${NAMESPACE}/mial does not exist`).waitFor();
    await row('on-call').getByText('HealthCheckPassed refused, ProviderRefused').waitFor();
    await row('on-call').getByText('The service did not take the notification').waitFor();
    await canBeRead();
    await page.getByRole('button', { name: 'Not delivering 1' }).click();
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await row('on-call').getByRole('link').click();
    await delivery('ProviderRefused').click();
    await showsChain(/^Received, done.*HealthCheckPassed error/, /^Sent, broken.*chat answered 403/);
    await page.getByText('Broken at Sent').waitFor();
    expect(await page.content()).not.toContain('archived');
    await canBeRead();
    await provider('takes');
    await waitFor('the Provider has changed', async () => {
      await happens(`again ${Date.now()}`);
      return service.requests.some(({ path }) => path === '/takes');
    });
    await delivery('accepted').click();
    await showsChain(/^Received, done/, /^Sent, done.*chat answered 200/);
  });
});

describe('who reads a broker', () => {
  it('sees the message that can never be done, and the one that waits for its target, until it is there', async () => {
    await made.consumer('images');
    await made.source('images', {
      resources: [{ kind: 'ImageRepository', name: 'web' }],
      resourceFilter: "req.repository == 'web'",
      deliveries: { keepBodies: 5 },
      maxAttempts: 20,
    });
    await made.reason('images', 'Succeeded');
    await page.getByRole('link', { name: 'BrokerReceivers' }).click();
    await row('images').getByText('No message yet').waitFor();
    await made.publish('images', '{"repository":');
    await row('images').getByText('message refused, poison').waitFor();
    await made.publish('images', '{"repository":"web"}');
    await row('images').getByText('message pending, failing').waitFor();
    await row('images').getByText(`ImageRepository ${NAMESPACE}/web does not exist`).waitFor();
    await canBeRead();
    await row('images').getByRole('link').click();
    await delivery('poison').click();
    await page.getByText('Broken at').waitFor();
    await page.getByText('The messages can never be done').waitFor();
    await delivery('failing').click();
    await showsChain(/^Received, done/, /^Verified, done/, /^Annotated, waiting.*TargetNotFound/);
    await page.getByText('A resource does not exist').waitFor();
    await canBeRead();
    await made.world.target('ImageRepository', 'web');
    await showsChain(/^Received, done/, /^Verified, done/, /^Annotated, done.*ImageRepository web/, /^Handled/);
    await page.getByRole('button', { name: 'Show payload' }).click();
    await page.getByText('"repository": "web"').waitFor();
  });
});
