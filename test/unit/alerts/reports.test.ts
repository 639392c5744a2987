// What the log says of events, word for word: people search for Flux's messages.
import { expect, it } from 'vitest';
import type { Provider } from '../../../operator/api/provider/provider.ts';
import { eventBody } from '../../support/alerts/alert-world.ts';
import { startPipeline } from '../../support/alerts/run-pipeline.ts';

const metadata = { name: 'hook', namespace: 'team' };

it.each([
  ['github', 'info', 'event dropped for commit status providers due to missing commit metadata key'],
  [
    'githubpullrequestcomment',
    'error',
    'event dropped for change request providers due to missing change request metadata key',
  ],
  ['unheard-of', 'info', 'failed to dispatch notification'],
])('an event for %s without what the type needs is logged', async (type, severity, message) => {
  const pipeline = startPipeline();
  const spec = { type, address: 'https://git.test/acme/ledger' } as Provider['spec'];
  await pipeline.reconcileProvider('team/hook', { metadata, spec });
  const eventSources = [{ kind: 'Kustomization', name: '*' }];
  await pipeline.reconcileAlert('team/all', {
    metadata: { name: 'all', namespace: 'team' },
    spec: { providerRef: { name: 'hook' }, eventSources },
  });
  expect(await pipeline.post(eventBody('team', { name: 'app', message: 'm', severity }))).toBe(202);
  await pipeline.flush(10_000);
  const lines = pipeline.log.filter(({ msg }) => msg !== 'dispatching event');
  expect(lines).toMatchObject([
    {
      msg: message,
      eventInvolvedObject: { kind: 'Kustomization', namespace: 'team', name: 'app' },
      alert: { name: 'all', namespace: 'team', providerName: 'hook' },
    },
  ]);
  await pipeline.stop();
});
