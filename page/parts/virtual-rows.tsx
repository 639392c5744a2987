/** Rows of which only those near the window are in the document: a list of thousands scrolls as one of twenty does. */
import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { type Rows, topOfRow } from './row-range.ts';
import { useSteadyScroll } from './use-steady-scroll.ts';
import { useVisibleRange } from './use-visible-range.ts';

interface VirtualRowsProps<Item> {
  readonly items: readonly Item[];
  /** In CSS pixels, the same for every row. */
  readonly rowHeight: number;
  readonly keyOf: (item: Item) => string;
  /** The row that has something below it; '': none. */
  readonly openKey?: string;
  /** What is below the open row. */
  readonly below?: (item: Item) => ComponentChildren;
  /** A row; its element with `data-row-focus` takes part in moving by arrow keys. */
  readonly children: (item: Item, index: number) => ComponentChildren;
}

export function VirtualRows<Item>(props: VirtualRowsProps<Item>) {
  const { items, rowHeight, keyOf, openKey = '', below, children } = props;
  const root = useRef<HTMLDivElement>(null);
  const openHeight = useSignal(0);
  const focused = useSignal('');
  const keys = useMemo(() => items.map(keyOf), [items]);
  const open = openKey === '' ? -1 : keys.indexOf(openKey);
  const rows: Rows = { count: items.length, rowHeight, open, openHeight: open < 0 ? 0 : openHeight.value };
  const { from, to } = useVisibleRange(root, rows);
  useSteadyScroll(root, { keys, openKey, rows });
  const shown = items.flatMap((item, index) => {
    const key = keyOf(item);
    // A row with the focus stays, wherever it is.
    const there = (index >= from && index < to) || index === open || key === focused.value;
    return there ? [{ item, index, key }] : [];
  });
  return (
    <div
      class="virtual-rows"
      role="rowgroup"
      ref={root}
      style={{ height: `${topOfRow(items.length, rows)}px` }}
      onKeyDown={(event) => moveFocus(event, props, root, focused)}
      onFocusIn={(event) => {
        focused.value = (event.target as HTMLElement).closest<HTMLElement>('[data-key]')?.dataset.key ?? '';
      }}
      onFocusOut={(event) => {
        if (!root.current?.contains(event.relatedTarget as Node | null)) focused.value = '';
      }}
    >
      {shown.map(({ item, index, key }) => (
        <div key={key} class="virtual-row" data-key={key} style={{ top: `${topOfRow(index, rows)}px` }}>
          {children(item, index)}
          {index === open && below !== undefined ? <Measured height={openHeight}>{below(item)}</Measured> : null}
        </div>
      ))}
    </div>
  );
}

/** By arrow keys from row to row, whether the next one is in the document yet or not. */
function moveFocus<Item>(
  event: KeyboardEvent,
  { items, keyOf }: VirtualRowsProps<Item>,
  root: RefObject<HTMLElement | null>,
  focused: Signal<string>,
): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0;
  if (step === 0 || !(event.target as HTMLElement).matches('[data-row-focus]')) return;
  const next = items[items.findIndex((item) => keyOf(item) === focused.peek()) + step];
  event.preventDefault();
  if (next === undefined) return;
  const key = keyOf(next);
  focused.value = key;
  if (!focusRow(root, key)) requestAnimationFrame(() => focusRow(root, key));
}

/** @returns whether it is in the document. */
function focusRow(root: RefObject<HTMLElement | null>, key: string): boolean {
  const row = [...(root.current?.children ?? [])].find((each) => (each as HTMLElement).dataset.key === key);
  row?.querySelector<HTMLElement>('[data-row-focus]')?.focus();
  return row !== undefined;
}

/** Says how high its content is, whenever that changes. */
function Measured({ height, children }: { readonly height: Signal<number>; readonly children: ComponentChildren }) {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    const measure = (): void => {
      height.value = current.offsetHeight;
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return <div ref={element}>{children}</div>;
}
