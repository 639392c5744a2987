/** What is found of Alerts when they are shown: kept for a while, and not waited for long. */
import type { Clock } from '../../observe/clock.ts';
import type { ResolveAlert } from '../../receivers/notifying.ts';
import { keepFor } from './keep-for.ts';
import type { PageContext } from './page-context.ts';

const KEPT = { ms: 30_000, max: 2_000 };
const WAIT_MS = 2_000;

/** Nothing of an Alert that is not looked up in time, or while the API server is away; what comes later is kept. */
export function resolvedAlerts(resolve: ResolveAlert, clock: Clock): PageContext['resolvedOf'] {
  const kept = keepFor<Awaited<ReturnType<ResolveAlert>>>({ ...KEPT, clock });
  return async (alert) => {
    const { uid, generation } = alert.metadata;
    const found = kept.get(`${uid}/${generation}`, () => resolve(alert)).catch(() => undefined);
    const { promise: waited, resolve: giveUp } = Promise.withResolvers<undefined>();
    const timer = clock.setTimeout(() => giveUp(undefined), WAIT_MS);
    try {
      return await Promise.race([found, waited]);
    } finally {
      timer.cancel();
    }
  };
}
