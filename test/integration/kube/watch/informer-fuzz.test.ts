// The informer and a bounded number of broken watches; `npm run fuzz` goes on for longer.
import { it } from 'vitest';
import { fuzz } from '../../../fuzz/fuzz.ts';
import { informerTarget } from '../../../fuzz/informer-target.ts';
import { freshNamespace, sharedControlPlane } from '../../../support/control-plane.ts';

it('holds what is there, whatever happens to its watches', async () => {
  const controlPlane = await sharedControlPlane();
  const target = await informerTarget(controlPlane.adminKubeconfig, await freshNamespace(controlPlane));
  await fuzz(target, { runs: 40 }).finally(target.stop);
});
