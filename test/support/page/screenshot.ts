/** Pictures of the page for the documents, made by the tests of what they show. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'docs', 'images');

/** Writes `docs/images/<name>.png` where SLUICE_SCREENSHOTS is set: the times in it are another every time. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (!process.env.SLUICE_SCREENSHOTS) return;
  mkdirSync(FOLDER, { recursive: true });
  await page.mouse.move(0, 0);
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}
