/** The page: that it is served, and that it has what the walk before has sent. */
import type { Narrator } from './narrator.ts';
import { until } from './walk.ts';

export interface PageStage {
  readonly narrator: Narrator;
  /** `http://127.0.0.1:port` */
  readonly pageUrl: string;
}

const DELIVERIES = '/api/v1/receivers/flux-system/github-receiver/deliveries';

interface Listed {
  readonly items: readonly { readonly verdict: string; readonly code: string; readonly repeated: number }[];
}

export async function walkPage({ narrator, pageUrl }: PageStage): Promise<void> {
  narrator.heading('The push you can follow');
  await narrator.step('the page', async () => {
    const answer = await fetch(pageUrl);
    if (!answer.ok || !(await answer.text()).includes('page.js')) throw new Error(`answered ${answer.status}`);
    return pageUrl;
  });
  await narrator.step('what came for github-receiver, and what became of it', async () => {
    const { items } = await until('the deliveries', async () => {
      const listed = (await (await fetch(`${pageUrl}${DELIVERIES}`)).json()) as Listed;
      return listed.items.length >= 3 ? listed : undefined;
    });
    const codes = new Set(items.map(({ code }) => code));
    for (const code of ['Delivered', 'SignatureMismatch', 'EventNotListed', 'PathWithdrawn']) {
      if (!codes.has(code)) throw new Error(`no delivery has the code ${code}`);
    }
    return [...codes].join(', ');
  });
}
