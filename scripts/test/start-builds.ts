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

type Find = (progress: Progress) => Promise<unknown>;

const findNats: Find = (progress) => findNatsServer('current', progress);
/** flux-events shares all but its own packages with the flux CLI. */
const FOR_USUAL_TESTS: readonly Find[] = [
  findCelGo,
  findGoVerdicts,
  findFluxCli,
  findFluxEvents,
  findPubSub,
  findNats,
  findChromium,
];
const FOR_BROKERS: readonly Find[] = [findNats, findPubSub, findNatsCli];

/**
 * Builds one after the other. What cannot be built, the tests that need it report.
 * @param brokers whether the tests of brokers run. @param usual whether any other tests that need a cluster do.
 */
export function startBuilds({ brokers, usual }: { readonly brokers: boolean; readonly usual: boolean }): Builds {
  const progress = lineProgress();
  const ignore = (): void => undefined;
  const controlPlane = findControlPlane(progress).then(ignore, ignore);
  let latest = controlPlane;
  for (const find of new Set([...(brokers ? FOR_BROKERS : []), ...(usual ? FOR_USUAL_TESTS : [])])) {
    latest = latest.then(() => find(progress)).then(ignore, ignore);
  }
  return { controlPlane };
}
