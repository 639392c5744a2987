/** The objects of a kind, the worst first. */
import { hoursByObject } from '../known-records.ts';
import type { List } from '../list.ts';
import { partOf } from '../list.ts';
import { badness, type ObjectView } from '../object-view.ts';
import { nameOf } from '../parameters.ts';
import { notFound } from '../problem.ts';
import type { Route } from '../route.ts';
import { listOf, listQuery, schemaOf } from '../schemas.ts';
import { objectsOf, visibleObjects } from '../visible-objects.ts';

export const objectsRoute: Route = {
  method: 'GET',
  path: '/:kind',
  describe: {
    summary: 'The objects of a kind, the worst first',
    query: {
      ...listQuery,
      namespace: { description: 'Only those of this namespace', schema: { type: 'string' } },
    },
    answer: listOf(schemaOf('Object')),
    problems: [400, 404, 503],
  },
  async answer({ kind, query, caller }, { context }): Promise<List<ObjectView>> {
    if (kind === undefined) throw notFound();
    const namespace = nameOf(query, 'namespace');
    const all = objectsOf(context, kind);
    const values = namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
    const [{ items: records, partial, recordingSince }, { answers }] = await Promise.all([
      context.records.ask(),
      context.records.hours(),
    ]);
    const views = await visibleObjects({ context, caller, kind, values, records, hours: hoursByObject(answers) });
    const placed = views.map((view) => ({ view, position: positionOf(view) }));
    placed.sort((a, b) => (a.position < b.position ? -1 : 1));
    const part = partOf(
      placed,
      query,
      ({ position }) => position,
      (position, after) => position > after,
    );
    return { ...part, items: part.items.map(({ view }) => view), partial, recordingSince };
  },
};

/** Objects that do equally badly are in the order of their names. */
function positionOf(view: ObjectView): string {
  const { namespace, name } = view.object;
  return `${badness(view)} ${namespace}/${name}`;
}
