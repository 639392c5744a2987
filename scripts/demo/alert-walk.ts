/** The other direction, step by step: what a controller of Flux reports reaches the service of a Provider. */
import { alert, fluxEvent, provider } from './manifests.ts';
import type { Sink } from './sink.ts';
import { type Stage, until } from './walk.ts';

const REVISION = 'main@sha1:7c4a8d09ca3762af61e59520943dc26494f8941b';

/** Where events go to, and where the Provider sends them. */
export interface AlertStage extends Stage {
  /** Of the event server. */
  readonly eventsUrl: string;
  readonly sink: Sink;
}

async function postEvent({ eventsUrl }: AlertStage, body: string, expected: number): Promise<void> {
  const { status } = await fetch(eventsUrl, { method: 'POST', body });
  if (status !== expected) throw new Error(`the event was answered ${status}, not ${expected}`);
}

async function setUp({ narrator, controlPlane, sink }: AlertStage): Promise<void> {
  narrator.heading('An alert');
  await narrator.step('Provider log, of type generic', async () => {
    await controlPlane.apply(provider(sink.url));
    return `posts to a service of the demo, ${sink.url}`;
  });
  await narrator.step('Alert everything', async () => {
    await controlPlane.apply(alert);
    return 'takes the events of all Kustomizations';
  });
}

/** Runs when the walk of the Receiver has. */
export async function walkAlert(stage: AlertStage): Promise<void> {
  const { narrator, sink } = stage;
  await setUp(stage);
  let posted = '';
  await narrator.step('an event, as kustomize-controller posts it', async () => {
    let attempt = 0;
    await until('the notification', async () => {
      // The operator may hear of the Alert after the event. An equal event would be a duplicate.
      attempt += 1;
      posted = fluxEvent(`Applied revision: ${REVISION}`, `${REVISION}${'+'.repeat(attempt - 1)}`);
      await postEvent(stage, posted, 202);
      return await until('an arrival', async () => sink.bodies.at(-1), 1_000).catch(() => undefined);
    });
    return `202, and delivered to ${sink.url}`;
  });
  narrator.show(sink.bodies.at(-1) ?? '');
  await narrator.step('the same event again', async () => {
    await postEvent(stage, posted, 429);
    return '429: an equal event was taken a moment ago';
  });
}
