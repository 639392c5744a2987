/** Chooses a Receiver by name. */
import { useId } from 'preact/hooks';
import { objectList } from '../state/object-list.ts';
import { fragmentOf } from '../words/route.ts';

/** More than a list can be looked through. */
const MOST = 500;

export function ReceiverField({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  const id = useId();
  const chosen = name === '' ? '' : `${namespace}/${name}`;
  const names = objectList.value.items.map(({ object }) => `${object.namespace}/${object.name}`).sort();
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
