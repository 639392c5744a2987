/** Starts the builds that a first run of the tests needs, so that they go on while other tests run. */
import { findControlPlane } from '../../control-plane/build.ts';
import { lineProgress } from '../../control-plane/progress.ts';
import { findFluxCli } from '../../test/support/flux-cli.ts';

export interface Builds {
  /** Resolves when the control plane is built, or cannot be. */
  readonly controlPlane: Promise<void>;
}

/** The flux CLI is built after the control plane. What cannot be built, the tests that need it report. */
export function startBuilds(): Builds {
  const progress = lineProgress();
  const ignore = (): void => undefined;
  const controlPlane = findControlPlane(progress).then(ignore, ignore);
  void controlPlane.then(() => findFluxCli(progress)).catch(ignore);
  return { controlPlane };
}
