/** What a selection does while the objects that filters see are not listed yet. */
import { describe, expect, it } from 'vitest';
import { ApiError, ConnectionError } from '../../../operator/kube/api-error.ts';
import { createDiscovery } from '../../../operator/kube/discovery.ts';
import { compileTargets } from '../../../operator/receivers/compile-targets.ts';
import { createTargetWatches } from '../../../operator/receivers/target-watches.ts';
import { createTargets, type Patience } from '../../../operator/receivers/targets.ts';
import { createLines } from './lines.ts';
import { createScriptedApi } from './scripted-api.ts';

const LISTED = { metadata: { resourceVersion: '1' }, items: [{ metadata: { name: 'a', namespace: 'apps' } }] };
const [entry] = compileTargets({ resources: [{ kind: 'GitRepository', name: '*', matchLabels: {} }] }, 'apps').entries;

/** @param answer to a list of all namespaces, which is the informer's; one of a namespace is answered at once. */
function setUp(answer: unknown) {
  const api = createScriptedApi();
  api.answer(({ path }) => (path.includes('/namespaces/') ? LISTED : answer));
  const { client } = api;
  const { log } = createLines();
  const watches = createTargetWatches({ client, namespace: undefined, follows: false, log });
  const targets = createTargets({ client, discovery: createDiscovery(client), watches });
  const select = async (patience?: Patience): Promise<readonly string[]> => {
    if (entry === undefined) throw new Error('no entry');
    return [...(await targets.select(entry, patience))].map(({ name }) => name);
  };
  return { api, watches, select };
}

describe('a selection of what is not listed yet', () => {
  const never = new Promise(() => undefined);

  it('asks the API server for a sender', async () => {
    expect(await setUp(never).select()).toEqual(['a']);
  });

  it('has a message wait', async () => {
    const { select } = setUp(never);
    await expect(select('message')).rejects.toThrow(ConnectionError);
    await expect(select('message')).rejects.toThrow('objects of kind GitRepository are not listed yet');
  });

  it.each([403, 404])('asks for a message too, in the background, when the list is refused with %i', async (status) => {
    const { api, watches, select } = setUp(new ApiError(status, undefined, undefined));
    await expect(select('message')).rejects.toThrow(ConnectionError);
    expect(await select('message')).toEqual(['a']);
    expect(api.requests.at(-1)).toMatchObject({ background: true });
    await watches.stop();
  });
});
