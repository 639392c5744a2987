/** All objects of a kind, the worst first: what came last, how it went, and whether the targets are there. */
import { useComputed } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { KindPath, ObjectView } from '../api/types.ts';
import { NotRecorded } from '../parts/not-recorded.tsx';
import { ObjectRow } from '../parts/object-row.tsx';
import { ObjectSearch } from '../parts/object-search.tsx';
import { PartialNotice } from '../parts/partial-notice.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { UnknownCalls } from '../parts/unknown-calls.tsx';
import { VirtualRows } from '../parts/virtual-rows.tsx';
import { health, search } from '../state/list-view.ts';
import { narrow } from '../state/narrow.ts';
import { keyOf, objectList, watchObjects } from '../state/object-list.ts';
import { healthOf } from '../words/health.ts';
import { kindTitles, targetsTitles } from '../words/kind-titles.ts';
import { matches } from '../words/matches.ts';

/** In CSS pixels, as in the style sheet. */
const ROW_HEIGHT = 62;
const NARROW_ROW_HEIGHT = 166;

export function ObjectsScreen({ kind }: { readonly kind: KindPath }) {
  useEffect(() => watchObjects(kind), [kind]);
  const shown = useComputed(() =>
    objectList.value.items.filter(
      (item) => matches(item, search.value) && (health.value === undefined || healthOf(item) === health.value),
    ),
  );
  const { items, loaded, problem, partial } = objectList.value;
  return (
    <main class="objects">
      <h1 tabIndex={-1}>{kindTitles[kind]}</h1>
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      <NotRecorded />
      <PartialNotice partial={partial} />
      <ObjectSearch items={items} search={search} health={health} />
      {kind === 'receivers' ? <UnknownCalls /> : null}
      {shown.value.length === 0 ? null : <ObjectTable kind={kind} items={shown.value} />}
      <p class="empty" role="status">
        {problem === undefined || items.length > 0 ? emptyWords(kind, loaded, items, shown.value) : ''}
      </p>
    </main>
  );
}

function emptyWords(
  kind: KindPath,
  loaded: boolean,
  items: readonly ObjectView[],
  shown: readonly ObjectView[],
): string {
  if (!loaded) return items.length === 0 ? 'Loading' : '';
  if (items.length === 0) return `There are no ${kindTitles[kind]} that you may see.`;
  return shown.length === 0 ? 'None matches.' : '';
}

function ObjectTable({ kind, items }: { readonly kind: KindPath; readonly items: readonly ObjectView[] }) {
  return (
    <div class={`table ${kind}`} role="table" aria-label={kindTitles[kind]} aria-rowcount={items.length + 1}>
      <div role="rowgroup" class="head">
        <div role="row" class="row" aria-rowindex={1}>
          <span role="columnheader">Name</span>
          <span role="columnheader">Last delivery</span>
          <span role="columnheader">24 hours</span>
          {kind === 'alerts' ? null : (
            <span role="columnheader" class="number" title="Median time from the push to the artifact">
              To artifact
            </span>
          )}
          <span role="columnheader">{targetsTitles[kind]}</span>
          {kind === 'receivers' ? (
            <span role="columnheader" class="url">
              URL
            </span>
          ) : null}
        </div>
      </div>
      <VirtualRows
        items={items}
        rowHeight={narrow.value ? NARROW_ROW_HEIGHT : ROW_HEIGHT}
        keyOf={(item) => keyOf(item.object)}
      >
        {(item, index) => <ObjectRow kind={kind} item={item} rowIndex={index + 2} />}
      </VirtualRows>
    </div>
  );
}
