/** One object: how it does, and its deliveries as they come. */
import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { KindPath, RecordView, Verdict } from '../api/types.ts';
import { DeliveryDetail } from '../parts/delivery-detail.tsx';
import { DeliveryRow, deliveryHeadings } from '../parts/delivery-row.tsx';
import { Icon } from '../parts/icon.tsx';
import { NotRecorded } from '../parts/not-recorded.tsx';
import { ObjectSummary } from '../parts/object-summary.tsx';
import { PartialNotice } from '../parts/partial-notice.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { RecordedSince } from '../parts/recorded-since.tsx';
import { VerdictChips } from '../parts/verdict-chips.tsx';
import { VirtualRows } from '../parts/virtual-rows.tsx';
import { route } from '../state/current-route.ts';
import { narrow } from '../state/narrow.ts';
import { oneObject, watchObject } from '../state/one-object.ts';
import { settings } from '../state/settings.ts';
import { kindTitles } from '../words/kind-titles.ts';
import { deliveryNouns } from '../words/last-delivery-words.ts';
import { fragmentOf, type Route } from '../words/route.ts';

/** In CSS pixels, as in the style sheet. */
const ROW_HEIGHT = 40;
const NARROW_ROW_HEIGHT = 60;

type At = Extract<Route, { screen: 'object' }>;

export function ObjectScreen({ at }: { readonly at: At }) {
  const { kind, namespace, name } = at;
  useEffect(() => watchObject(kind, namespace, name), [kind, namespace, name]);
  const { item, problem } = oneObject.value;
  return (
    <main class="object">
      <p class="crumbs">
        <a href={fragmentOf({ screen: 'objects', kind })}>{kindTitles[kind]}</a>
      </p>
      <h1 tabIndex={-1}>
        <span class="namespace">{namespace}/</span>
        {name}
      </h1>
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      {item === undefined ? null : <ObjectSummary kind={kind} item={item} />}
      {item === undefined && problem !== undefined ? null : <Deliveries at={at} />}
    </main>
  );
}

function Deliveries({ at }: { readonly at: At }) {
  const verdict = useSignal<Verdict | undefined>(undefined);
  const { deliveries, loaded } = oneObject.value;
  const { items, partial, recordingSince } = deliveries;
  const shown = useComputed(() => {
    const all = oneObject.value.deliveries.items;
    return verdict.value === undefined ? all : all.filter((record) => record.verdict === verdict.value);
  });
  const isForgotten = loaded && at.delivery !== '' && items.every(({ id }) => id !== at.delivery);
  return (
    <>
      <NotRecorded />
      <PartialNotice partial={partial} />
      {isForgotten ? <Forgotten /> : null}
      <div class="search-bar">
        <h2>Deliveries</h2>
        <VerdictChips items={items} verdict={verdict} />
        <RecordedSince recordingSince={recordingSince} />
      </div>
      {shown.value.length === 0 ? null : <DeliveryTable at={at} items={shown.value} />}
      <p class="empty" role="status">
        {emptyWords(at.kind, loaded, items.length, shown.value.length)}
      </p>
    </>
  );
}

function emptyWords(kind: KindPath, loaded: boolean, all: number, shown: number): string {
  if (!loaded) return all === 0 ? 'Loading' : '';
  if (all === 0 && !settings.value.records) return '';
  if (all === 0)
    return `No ${deliveryNouns[kind]} has arrived since the operator records. It appears here when it does.`;
  return shown === 0 ? 'None with this verdict.' : '';
}

/** Links outlive what they lead to. */
function Forgotten() {
  return (
    <p class="notice warn" role="status">
      <Icon name="warning" tone="warn" />
      <span>
        The delivery that the link names is not remembered any longer: later ones have taken its place, or the operator
        has started again since.
      </span>
    </p>
  );
}

function DeliveryTable({ at, items }: { readonly at: At; readonly items: readonly RecordView[] }) {
  const { item } = oneObject.value;
  const toggle = (id: string): void => {
    // It is the same screen: one step back leads to the list.
    history.replaceState(null, '', fragmentOf({ ...at, delivery: at.delivery === id ? '' : id }));
    route.value = { ...at, delivery: at.delivery === id ? '' : id };
  };
  return (
    <div class="table" role="table" aria-label="Deliveries" aria-rowcount={items.length + 1}>
      <div role="rowgroup" class="head">
        <div role="row" class="row" aria-rowindex={1}>
          {deliveryHeadings(at.kind).map((heading) => (
            <span key={heading} role="columnheader">
              {heading}
            </span>
          ))}
        </div>
      </div>
      <VirtualRows
        items={items}
        rowHeight={narrow.value ? NARROW_ROW_HEIGHT : ROW_HEIGHT}
        keyOf={({ id }) => id}
        openKey={at.delivery}
        below={(record) => (
          <div role="row" class="detail-row">
            <div role="cell">
              <DeliveryDetail key={record.id} kind={at.kind} record={record} item={item} />
            </div>
          </div>
        )}
      >
        {(record, index) => (
          <DeliveryRow
            kind={at.kind}
            record={record}
            rowIndex={index + 2}
            open={record.id === at.delivery}
            onToggle={() => toggle(record.id)}
          />
        )}
      </VirtualRows>
    </div>
  );
}
