/** The API server is away for 15 s; each webhook sent meanwhile has a target of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { REQUESTED_AT_ANNOTATION } from '../../operator/api/meta.ts';
import type { KubeObject } from '../../operator/kube/kube-client.ts';
import { post } from '../../test/support/github-delivery.ts';
import type { Row } from '../row.ts';
import { nameOf, targetPath } from '../stage/receivers.ts';
import type { Stage } from '../stage/stage.ts';
import { genuine } from '../stage/webhook.ts';

const WEBHOOKS = 49;
const AWAY_MS = 15_000;
const REACHED_WITHIN_MS = 30_000;

async function requestedAt({ client }: Stage, name: string): Promise<string> {
  const target = await client.request<KubeObject>({ method: 'GET', path: targetPath(name) });
  return target.metadata.annotations?.[REQUESTED_AT_ANNOTATION] ?? '';
}

/** How many of them are annotated with a later time than `before` has, as soon as all are or time is up. */
async function countReached(stage: Stage, before: ReadonlyMap<string, string>): Promise<number> {
  const missing = new Set(before.keys());
  const endMs = performance.now() + REACHED_WITHIN_MS;
  while (missing.size > 0 && performance.now() < endMs) {
    for (const name of missing) if ((await requestedAt(stage, name)) > (before.get(name) ?? '')) missing.delete(name);
    await sleep(200);
  }
  return before.size - missing.size;
}

export const outage: Row = {
  name: 'outage',
  title: 'API server away for 15 s, 49 webhooks',
  receivers: 1_000,
  figures: [
    { name: 'reached', title: 'reached their target after', original: 0, target: WEBHOOKS, atLeast: true },
    { name: 'slowestSeconds', title: 'slowest answer s', original: undefined, target: 10 },
  ],
  async measure(stage) {
    const { paths } = await stage.population();
    const before = new Map<string, string>();
    for (let i = 0; i < WEBHOOKS; i++) before.set(nameOf(i), await requestedAt(stage, nameOf(i)));
    const { controlPlane, operator } = stage;
    await controlPlane.killApiServer();
    const back = sleep(AWAY_MS).then(() => controlPlane.startApiServer());
    const answers = [];
    for (let i = 0; i < WEBHOOKS; i++) {
      answers.push(post(`${operator.url}${paths[i]}`, genuine));
      await sleep(AWAY_MS / (WEBHOOKS + 1));
    }
    const answered = await Promise.all(answers);
    await back;
    return {
      reached: await countReached(stage, before),
      slowestSeconds: Math.max(...answered.map(({ tookMs }) => tookMs)) / 1000,
      accepted: answered.filter(({ status }) => status === 200 || status === 202).length,
    };
  },
};
