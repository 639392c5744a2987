/** Judges what a page shows by axe-core, in light and in dark. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** One line for each rule that is broken: the rule, the first element, and what is wrong with it. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
    faults.push(...violations.map((violation) => `${colorScheme}: ${faultOf(violation)}`));
  }
  return faults;
}

function faultOf({ id, nodes }: axe.Result): string {
  const [first] = nodes;
  return `${id}, ${nodes.length} times: ${first?.html}: ${first?.failureSummary?.replaceAll(/\s+/g, ' ')}`;
}
