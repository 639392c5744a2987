/** Chooses a Receiver by name. */
import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import { listAll } from '../api/list-all.ts';
import type { ObjectView } from '../api/types.ts';
import { token } from '../state/token.ts';
import { fragmentOf } from '../words/route.ts';

/** More than a list can be looked through. */
const MOST = 500;

export function ReceiverField({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  const id = useId();
  const chosen = name === '' ? '' : `${namespace}/${name}`;
  const names = useReceiverNames();
  const open = (value: string): void => {
    if (!names.includes(value) || value === chosen) return;
    const [first = '', second = ''] = value.split('/');
    location.hash = fragmentOf({ screen: 'playground', namespace: first, name: second, delivery: '' });
  };
  return (
    <div class="receiver-field">
      <label for={id}>Receiver</label>
      <input
        id={id}
        list={`${id}-names`}
        placeholder="namespace/name"
        spellcheck={false}
        autocomplete="off"
        defaultValue={chosen}
        key={chosen}
        onInput={(event) => open(event.currentTarget.value)}
      />
      <datalist id={`${id}-names`}>
        {names.slice(0, MOST).map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </div>
  );
}

/** All that may be seen; none until they are read, or where they cannot be. */
function useReceiverNames(): readonly string[] {
  const names = useSignal<readonly string[]>([]);
  useEffect(() => {
    const ended = new AbortController();
    listAll<ObjectView>('receivers', ended.signal).then(
      ({ items }) => {
        names.value = items.map(({ object }) => `${object.namespace}/${object.name}`).sort();
      },
      () => undefined,
    );
    return () => ended.abort();
  }, [token.value]);
  return names.value;
}
