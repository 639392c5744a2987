/**
 * What people find out from the page's screens alone: the built operator on a real API server, in Debian's Chromium; with
 * a stand-in for source-controller, which fetches from a small git server.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../control-plane/start.ts';
import { GROUP } from '../../operator/api/meta.ts';
import { RECEIVER_API_VERSION, RECEIVER_KIND, type Receiver } from '../../operator/api/receiver/receiver.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { accessibilityFaults } from '../support/page/accessibility-faults.ts';
import { startChromium } from '../support/page/chromium.ts';
import { openPage } from '../support/page/open-page.ts';
import { screenshot } from '../support/page/screenshot.ts';
import { scrollThrough } from '../support/page/scroll-through.ts';
import { type GitServer, startGitServer } from '../support/source-controller/git-server.ts';
import { type SourceControllerStandIn, startSourceControllerStandIn } from '../support/source-controller/stand-in.ts';
import { tokenWith } from '../support/token-with.ts';
import { waitFor } from '../support/wait-for.ts';
import { conditionOf, createWorld, signed, TOKEN, type Webhook, type World } from '../support/world.ts';

const EXTERNAL = 'https://hooks.example.com';
const NAMESPACE = 'apps';
const SOURCES = 'source.toolkit.fluxcd.io/v1';
const [FIRST, SECOND] = ['9c1b2f04', '4a5f2c1e'].map((digits) => digits.repeat(5)) as [string, string];

let controlPlane: ControlPlane;
let git: GitServer;
let sources: SourceControllerStandIn;
let world: World;
let browser: Browser;
let page: Page;
let faults: readonly string[];

beforeAll(async () => {
  [controlPlane, browser, git] = await Promise.all([ownControlPlane(), startChromium(), startGitServer()]);
  const args = ['--shutdown-delay=0s', `--external-url=${EXTERNAL}`, '--delivery-status-interval=1s', '--page-actions'];
  world = await createWorld(controlPlane, { namespace: NAMESPACE, args });
  sources = startSourceControllerStandIn(controlPlane.adminKubeconfig, NAMESPACE);
  await world.secret('hook', { token: TOKEN });
});
afterAll(async () => {
  await browser?.close();
  await sources?.stop();
  await world?.end();
  await git?.close();
  await controlPlane?.stop();
});
beforeEach(async () => {
  ({ page, faults } = await openPage(browser, world.operator.pageUrl, { permissions: ['clipboard-read'] }));
});
afterEach(async () => {
  expect(faults).toEqual([]);
  await page.context().close();
});

/** A source at the first commit, and a Receiver for it. @returns the path of its URL. */
async function receiver(name: string, spec: object = {}, source: object = {}): Promise<string> {
  git.push(name, 'main', FIRST);
  const full = { url: git.urlOf(name), interval: '1h', ref: { branch: 'main' }, ...source };
  await world.apply({ apiVersion: SOURCES, kind: 'GitRepository', metadata: { name }, spec: full });
  await world.receiver(name, {
    type: 'github',
    secretRef: { name: 'hook' },
    resources: [{ kind: 'GitRepository', name }],
    ...spec,
  });
  return world.ready(name);
}

/** A push of the second commit, as GitHub sends it. @param modified the files of its one commit. */
function push(...modified: readonly string[]): Webhook {
  const repository = { full_name: 'team/web', private: true };
  return signed({ ref: 'refs/heads/main', before: FIRST, after: SECOND, repository, commits: [{ modified }] });
}

const open = (fragment: string) => page.goto(`${world.operator.pageUrl}/${fragment}`);
const row = (name: string) => page.getByRole('row', { name: `${NAMESPACE}/${name}` });
const delivery = (words: string | RegExp) =>
  page.getByRole('row', { name: words }).first().getByRole('button', { expanded: false });
/** The median time from a push to the artifact. */
const toArtifact = (name: string) => row(name).getByText(/^\d+(\.\d)? m?s$/);
/** What happens to a delivery is shown when it does. */
const showsChain = (...links: readonly RegExp[]) =>
  expect
    .poll(() => page.getByRole('list', { name: 'What became of it' }).getByRole('listitem').allTextContents())
    .toEqual(links.map((link) => expect.stringMatching(link)));

describe('who has just pasted a URL', () => {
  it('finds that nothing came, copies the URL again, sees why a webhook is refused, then the push arrive', async () => {
    await receiver('shop');
    await page.reload();
    await row('shop').getByText('No webhook yet').waitFor();
    await row('shop')
      .getByRole('button', { name: `Copy the URL of ${NAMESPACE}/shop` })
      .click();
    const clipboard = () => page.evaluate<string>('navigator.clipboard.readText()');
    await expect.poll(clipboard).toMatch(new RegExp(`^${EXTERNAL}/hook/.{32}`));
    const copied = await clipboard();
    const { pathname } = new URL(copied);
    await world.post(`${pathname.slice(0, -1)}0`, push('web.yaml'));
    await page.reload();
    await page.getByText('A call of a path that no Receiver has').waitFor();
    await world.post(pathname, signed({ ref: 'refs/heads/main' }, 'push', 'not the secret'));
    await row('shop').getByText('push refused, SignatureMismatch').waitFor();
    await row('shop').getByRole('link').click();
    await delivery('refused').click();
    await page.getByText('Broken at Verified').waitFor();
    await page.getByText("The secret at the sender is not key token of the Receiver's Secret.").waitFor();
    git.push('shop', 'main', SECOND);
    await world.post(pathname, push('web.yaml'));
    await delivery('accepted').click();
    await showsChain(
      /^Pushed.*push main@4a5f2c1/,
      /^Verified, done.*by token/,
      /^Annotated, done\+.*GitRepository shop/,
      /^Handled, done\+/,
      /^Fetched, done\+.*main@4a5f2c1/,
    );
    await page.getByRole('link', { name: 'Receivers' }).first().click();
    await row('shop').getByText('push accepted, 4a5f2c1').waitFor();
    await toArtifact('shop').waitFor();
  });
});

describe('who is on call', () => {
  it('sees that the source is suspended, does what the page says, and sees the push arrive', async () => {
    const path = await receiver('payments', {}, { suspend: true });
    git.push('payments', 'main', SECOND);
    await world.post(path, push('payments.yaml'));
    await waitFor(
      'the status to say so',
      async () => conditionOf(await world.read('payments'), 'Delivering')?.status === 'True',
    );
    await open(`#/receivers/${NAMESPACE}/payments`);
    await delivery('suspended').click();
    await showsChain(/^Pushed/, /^Verified, done/, /^Annotated, done/, /^Handled, broken/, /^Fetched, not known/);
    await screenshot(page, 'page-delivery');
    const command = (await page.getByText('kubectl -n').textContent()) ?? '';
    const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
    expect(words.slice(0, 3)).toEqual(['kubectl', '-n', NAMESPACE]);
    await world.kubectl(...words.slice(3));
    await showsChain(/^Pushed/, /^Verified/, /^Annotated/, /^Handled, done/, /^Fetched, done.*main@4a5f2c1/);
  });

  it('sees that the source fails, in its own words', async () => {
    const path = await receiver('search');
    git.fail('search');
    await world.post(path, push('search.yaml'));
    await open(`#/receivers/${NAMESPACE}/search`);
    await delivery('source failed').click();
    await showsChain(/^Pushed/, /^Verified, done/, /^Annotated, done/, /^Handled, done/, /^Fetched, broken/);
    await page.getByText('unable to list remote: 503').waitFor();
  });

  it('sees a misspelt target before anything is pushed', async () => {
    await receiver('docs', { resources: [{ kind: 'GitRepository', name: 'dosc' }] });
    await world.resolved('docs', 'TargetNotFound');
    await page.reload();
    await row('docs').getByText('GitRepository apps/dosc does not exist; correct the name, or create it').waitFor();
    await page.getByRole('button', { name: 'Target missing 1' }).click();
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
  });
});

describe('who has no mouse', () => {
  it('finds the delivery and what became of it', async () => {
    const focused = () => page.evaluate<string>('document.activeElement.textContent');
    const tabTo = async (words: RegExp): Promise<void> => {
      for (let tabs = 0; tabs < 30 && !words.test(await focused()); tabs++) await page.keyboard.press('Tab');
      expect(await focused()).toMatch(words);
    };
    await row('payments').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('payments');
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await tabTo(/apps\/payments/);
    await page.keyboard.press('Enter');
    await delivery('accepted').waitFor();
    await tabTo(/^\d\d:\d\d:\d\d$/);
    await page.keyboard.press('Enter');
    await showsChain(/^Pushed/, /^Verified/, /^Annotated/, /^Handled, done/, /^Fetched, done/);
    await page.keyboard.press('Enter');
    await page.getByText('Pushed').waitFor({ state: 'detached' });
  });
});

describe('who writes a filter', () => {
  const touches = (folder: string) => `req.commits.exists(c, c.modified.exists(f, f.startsWith('${folder}')))`;
  const filter = `req.ref == 'refs/heads/main' && ${touches('clusters/prod/')}`;
  const outcome = () => page.getByRole('region', { name: 'Result' }).locator('.outcome').textContent();

  it('sees which part let nothing pass, tries another one, and what it would have changed', async () => {
    const path = await receiver('fleet', { resourceFilter: filter, deliveries: { keepBodies: 5 } });
    for (const file of ['clusters/prod/app.yaml', 'clusters/staging/app.yaml', 'README.md']) {
      await world.post(path, push(file));
    }
    await open(`#/receivers/${NAMESPACE}/fleet`);
    await expect.poll(() => page.getByRole('table').getAttribute('aria-rowcount')).toBe('4');
    await page.getByRole('row').nth(2).getByRole('button').click();
    await page.getByText('Ended at Annotated').waitFor();
    await page.getByRole('link', { name: 'Open in playground' }).click();
    await expect.poll(outcome).toBe('filtered');
    await page.getByRole('button', { name: /^req\.commits\.exists.*decides$/ }).waitFor();
    await page.getByLabel('spec.resourceFilter').fill(`req.ref == 'refs/heads/main' && ${touches('clusters/')}`);
    await expect.poll(outcome).toBe('annotated');
    await page.getByRole('button', { name: 'Try on 3 kept bodies' }).click();
    await page.getByText('1 of 3').waitFor();
    await page.getByText('filtered → annotated').waitFor();
    await page.setViewportSize({ width: 1440, height: 1000 });
    await screenshot(page, 'page-playground');
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});

describe('who sends a delivery again by hand', () => {
  it('copies a command that has no secret, and works where there is one', async () => {
    await open(`#/receivers/${NAMESPACE}/fleet`);
    await delivery('accepted').click();
    await page.getByRole('button', { name: 'Copy as curl' }).click();
    await page.getByText('Copied').waitFor();
    const command = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(command).toContain('$TOKEN');
    expect(command).not.toContain(TOKEN);
    const folder = await mkdtemp(join(tmpdir(), 'sluice-curl-'));
    const here = command.replaceAll(EXTERNAL, world.operator.url);
    await promisify(execFile)('sh', ['-ec', here], { cwd: folder, env: { ...process.env, TOKEN } });
    await rm(folder, { recursive: true });
    await expect.poll(() => page.getByRole('table').getAttribute('aria-rowcount')).toBe('5');
    expect(await page.getByRole('row', { name: 'refused' }).count()).toBe(0);
  });
});

describe('who runs 300 hooks', () => {
  const teams = [
    'billing',
    'catalog',
    'checkout',
    'identity',
    'inventory',
    'media',
    'orders',
    'pricing',
    'search',
    'users',
  ];
  const parts = ['api', 'web', 'jobs', 'cache', 'mail', 'admin', 'edge', 'feed', 'sync', 'audit'];
  const names = teams.flatMap((team) =>
    parts.flatMap((part) => ['eu', 'us', 'ap'].map((zone) => `${team}-${part}-${zone}`)),
  );
  /** With a source of their own. */
  const followed = names.filter((name) => name.startsWith('billing-a'));
  const refused = ['orders-mail-us', 'pricing-web-eu', 'users-sync-ap'];

  it('sees those that need it before all others, and scrolls through all', async () => {
    await world.target('GitRepository', 'monorepo');
    const resources = [{ kind: 'GitRepository', name: 'monorepo' }];
    const spec = { type: 'github', secretRef: { name: 'hook' }, resources };
    await Promise.all(followed.map((name) => receiver(name)));
    for (const team of teams) {
      const others = names.filter((name) => name.startsWith(team) && !followed.includes(name));
      await Promise.all(others.map((name) => world.receiver(name, spec)));
    }
    let paths = new Map<string, string>();
    await waitFor('the path of every Receiver', async () => {
      const receivers = await world.objects.list<Receiver>(RECEIVER_API_VERSION, RECEIVER_KIND);
      paths = new Map(receivers.map(({ metadata, status }) => [metadata.name, status?.webhookPath ?? '']));
      return names.every((name) => paths.get(name));
    });
    const send = async (name: string, count: number, webhook: Webhook): Promise<void> => {
      await Promise.all(Array.from({ length: count }, () => world.post(paths.get(name) ?? '', webhook)));
    };
    for (const name of followed) git.push(name, 'main', SECOND);
    for (const name of names) await send(name, followed.includes(name) ? 1 : 17, push(`${name}.yaml`));
    for (const name of refused) await send(name, 14, signed({ ref: 'refs/heads/main' }, 'push', 'not the secret'));
    await page.getByRole('button', { name: `Not delivering ${refused.length}` }).waitFor();
    await page.reload();
    for (const name of refused)
      await row(name)
        .getByText(/\d+ webhooks in/)
        .waitFor();
    for (const name of followed) await toArtifact(name).waitFor();
    await screenshot(page, 'page-receivers');
    const { mostRows, ...cost } = await scrollThrough(page);
    process.stdout.write(`${names.length} Receivers scrolled: ${JSON.stringify(cost)}\n`);
    expect(mostRows).toBeLessThan(60);
    await page.getByRole('searchbox').fill('users audit');
    await expect.poll(() => page.getByRole('row').count()).toBe(4);
  });
});

describe('who has a token', () => {
  it('sees what it allows, and replays with it', async () => {
    const verbs = ['get', 'list', 'create'];
    const resources = ['receivers', 'receivers/deliveries', 'receivers/payloads', 'receivers/replay'];
    const token = await tokenWith(world, 'developer', [{ apiGroups: [GROUP], resources, verbs }]);
    await open(`#/receivers/${NAMESPACE}/fleet`);
    await page.getByRole('button', { name: 'Token' }).click();
    await page.getByLabel('Bearer token').fill(token);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Forget token' }).waitFor();
    await delivery('accepted').click();
    await page.getByRole('button', { name: 'Replay…' }).click();
    await page.getByRole('button', { name: 'Replay now' }).click();
    await page.getByRole('row', { name: 'replayed' }).waitFor();
    expect(
      (await world.events('fleet')).some(({ reason, note }) => reason === 'Replayed' && note.includes('developer')),
    ).toBe(true);
  });

  it('is asked for another one where it is not good', async () => {
    await page.getByRole('button', { name: 'Token' }).click();
    await page.getByLabel('Bearer token').fill('no.good.token');
    await page.getByRole('button', { name: 'Use token' }).click();
    await page.getByText('The cluster does not accept the token').waitFor();
    await expect.poll(() => page.getByRole('row').count()).toBe(0);
    await page.getByRole('button', { name: 'Forget token' }).click();
    await expect.poll(() => page.getByRole('row').count()).toBeGreaterThan(1);
  });
});

describe('everybody', () => {
  it('can read every screen', async () => {
    await page.getByRole('table').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    const fragments = ['#/brokerreceivers', '#/alerts', `#/receivers/${NAMESPACE}/payments`, '#/playground'];
    for (const fragment of fragments) {
      await open(fragment);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByText('Loading').waitFor({ state: 'hidden' });
      expect({ fragment, faults: await accessibilityFaults(page) }).toEqual({ fragment, faults: [] });
    }
  });
});
