/** Starts the builds that a first run of the tests needs, so that they go on while other tests run. */
import { findControlPlane } from '../../control-plane/build.ts';
import { lineProgress, type Progress } from '../../control-plane/progress.ts';
import { findCelGo } from '../../test/support/cel-go.ts';
import { findFluxCli } from '../../test/support/flux-cli.ts';
import { findFluxEvents } from '../../test/support/flux-events.ts';
import { findGoVerdicts } from '../../test/support/go-verdicts.ts';
import { findChromium } from '../../test/support/page/chromium.ts';
import { findNatsServer } from '../brokers/nats.ts';
import { findNatsCli } from '../brokers/nats-cli.ts';
import { findPubSub } from '../brokers/pubsub.ts';

export interface Builds {
  /** Resolves when the control plane is built, or cannot be. */
  readonly controlPlane: Promise<void>;
}

/**
 * One after the other: flux-events shares all but its own packages with the flux CLI. What cannot be built, the tests that
 * need it report.
 * @param brokers whether what only the tests of brokers need is built too.
 */
export function startBuilds(brokers: boolean): Builds {
  const progress = lineProgress();
  const ignore = (): void => undefined;
  const controlPlane = findControlPlane(progress).then(ignore, ignore);
  let latest = controlPlane;
  const findNats = (each: Progress) => findNatsServer('current', each);
  const others = [
    findCelGo,
    findGoVerdicts,
    findFluxCli,
    findFluxEvents,
    findPubSub,
    findNats,
    ...(brokers ? [findNatsCli] : []),
    findChromium,
  ];
  for (const find of others) {
    latest = latest.then(() => find(progress)).then(ignore, ignore);
  }
  return { controlPlane };
}
