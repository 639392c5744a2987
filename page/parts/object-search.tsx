/** Narrows the list: by words, and by how objects do. */
import type { Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ObjectView } from '../api/types.ts';
import { type Health, healthOf, healthWords } from '../words/health.ts';
import { HealthIcon } from './health-icon.tsx';
import { Icon } from './icon.tsx';

interface ObjectSearchProps {
  readonly items: readonly ObjectView[];
  readonly search: Signal<string>;
  /** undefined: all. */
  readonly health: Signal<Health | undefined>;
}

export function ObjectSearch({ items, search, health }: ObjectSearchProps) {
  const counts = new Map<Health, number>();
  for (const item of items) counts.set(healthOf(item), (counts.get(healthOf(item)) ?? 0) + 1);
  const choose = (value: Health | undefined) => (): void => {
    health.value = value;
  };
  return (
    <div class="search-bar">
      <SearchField search={search} />
      <fieldset class="chips">
        <legend class="hidden">Show</legend>
        <button type="button" aria-pressed={health.value === undefined} onClick={choose(undefined)}>
          All <b>{items.length}</b>
        </button>
        {(Object.keys(healthWords) as Health[])
          .filter((each) => counts.has(each) || health.value === each)
          .map((each) => (
            <button key={each} type="button" aria-pressed={health.value === each} onClick={choose(each)}>
              <HealthIcon health={each} /> {healthWords[each]} <b>{counts.get(each) ?? 0}</b>
            </button>
          ))}
      </fieldset>
    </div>
  );
}

function SearchField({ search }: { readonly search: Signal<string> }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      const typing = (event.target as HTMLElement).matches('input, textarea, select');
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  return (
    <label class="search">
      <Icon name="search" />
      <span class="hidden">Search</span>
      <input
        ref={field}
        type="search"
        placeholder="Name, type, event, code… ( / )"
        spellcheck={false}
        value={search.value}
        onInput={(event) => {
          search.value = event.currentTarget.value;
        }}
      />
    </label>
  );
}
