/** A page of a browser that notes what must not happen: an error, or a request to another origin. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

const PATIENCE_MS = 180_000;

export interface OpenPage {
  readonly page: Page;
  /** What went wrong so far, a line each. */
  readonly faults: readonly string[];
}

export interface OpenPageOptions extends BrowserContextOptions {
  /** Whether `page.clock` can stop the page's time; default false. */
  readonly ownClock?: boolean;
}

/** @param url of the page, which is opened. */
export async function openPage(browser: Browser, url: string, options: OpenPageOptions = {}): Promise<OpenPage> {
  const { ownClock = false, ...more } = options;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...more });
  // It only stops what hangs.
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const faults: string[] = [];
  const { origin } = new URL(url);
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    // The browser says so of every answer that is an error, which the page may well expect.
    const expected = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !expected) faults.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) faults.push(`a request to ${request.url()}`);
  });
  if (ownClock) await page.clock.install();
  await page.goto(url);
  return { page, faults };
}
