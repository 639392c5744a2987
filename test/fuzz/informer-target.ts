/** The informer and broken watches of a real API server: in the end it holds what is there, and delivered it without a gap. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { KubeClient } from '../../operator/kube/kube-client.ts';
import { configMapWriter, startInformer } from '../support/informer-log.ts';
import { kubeClientFor } from '../support/kube-client-for.ts';
import { waitFor } from '../support/wait-for.ts';
import { createBadWire, type Fault, faults } from './bad-wire.ts';
import { type FuzzTarget, fuzzTarget } from './fuzz.ts';

interface Step {
  readonly name: string;
  readonly what: 'write' | 'remove';
}

const step: fc.Arbitrary<Step> = fc.record({
  name: fc.constantFrom('a', 'b', 'c'),
  what: fc.constantFrom('write', 'write', 'remove'),
});
const fault: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constantFrom(...faults),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
});

/** Creates, changes and removes ConfigMaps. @returns what is there in the end, by name. */
async function carryOut(client: KubeClient, namespace: string, run: string, steps: readonly Step[]) {
  const maps = configMapWriter(client, namespace);
  const there = new Map<string, string>();
  for (const [index, { name, what }] of steps.entries()) {
    const value = String(index);
    const full = `${run}-${name}`;
    if (what === 'remove') {
      if (there.delete(full)) await maps.remove(full);
    } else {
      if (there.has(full)) await maps.change(full, value);
      else await maps.create(full, value, { run });
      there.set(full, value);
    }
  }
  return there;
}

/** What follows from all events. @throws Error for one that does not follow from those before. */
function replay(seen: readonly string[]): Map<string, string> {
  const known = new Map<string, string>();
  for (const line of seen) {
    const [what, name = '', detail = ''] = line.split(' ');
    const before = known.get(name);
    if (what === 'added' && before === undefined) known.set(name, detail.replace('*', ''));
    else if (what === 'updated' && before === detail.split('>')[0]) known.set(name, detail.split('>')[1] ?? '');
    else if (what === 'deleted' && before !== undefined) known.delete(name);
    else throw new Error(`event "${line}" where ${before} was known: ${seen.join(', ')}`);
  }
  return known;
}

function equal(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([name, value]) => other.get(name) === value);
}

/** `kubeconfig` of an administrator; `namespace` is the target's own. */
export async function informerTarget(kubeconfig: string, namespace: string): Promise<FuzzTarget> {
  const wire = await createBadWire(kubeconfig);
  const direct = kubeClientFor(kubeconfig);
  const spoiled = kubeClientFor(kubeconfig, wire.url);
  const property = fc.asyncProperty(
    fc.array(fault, { maxLength: 12 }),
    fc.array(step, { minLength: 3, maxLength: 15 }),
    async (plan, steps) => {
      const run = `r${randomBytes(5).toString('hex')}`;
      wire.plan(plan);
      const { informer, seen } = startInformer(spoiled, { namespace, labelSelector: `run=${run}` });
      await informer.whenSynced();
      const there = await carryOut(direct, namespace, run, steps);
      const held = (): Map<string, string> =>
        new Map(Array.from(informer.values(), ({ metadata, data }) => [metadata.name ?? '', data?.value ?? '']));
      await waitFor('the informer to hold what is there', () => equal(held(), there));
      await informer.stop();
      if (!equal(replay(seen), there)) throw new Error(`the events do not give what is there: ${seen.join(', ')}`);
      await Promise.all([...there.keys()].map((name) => configMapWriter(direct, namespace).remove(name)));
    },
  );
  return fuzzTarget('informer', property, async () => {
    await Promise.all([direct.close(), spoiled.close()]);
    await wire.stop();
  });
}
