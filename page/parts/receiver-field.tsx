/** Chooses a Receiver by name. */
import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import { listAll } from '../api/list-all.ts';
import { ProblemError } from '../api/request.ts';
import type { ObjectView } from '../api/types.ts';
import { token } from '../state/token.ts';
import { fragmentOf } from '../words/route.ts';
import { ProblemNotice } from './problem-notice.tsx';

/** More than a list can be looked through. */
const MOST = 500;

export function ReceiverField({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  const id = useId();
  const chosen = name === '' ? '' : `${namespace}/${name}`;
  const { names, problem } = useReceiverNames();
  const typed = useSignal(chosen);
  const unknown = useSignal('');
  useEffect(() => {
    typed.value = chosen;
  }, [chosen]);
  // One name may begin with another: the field stays as it is while somebody types.
  const open = (value: string): void => {
    typed.value = value;
    unknown.value = '';
    if (!names.includes(value) || value === chosen) return;
    const [first = '', second = ''] = value.split('/');
    location.hash = fragmentOf({ screen: 'playground', namespace: first, name: second, delivery: '' });
  };
  return (
    <>
      <div class="receiver-field">
        <label for={id}>Receiver</label>
        <input
          id={id}
          list={`${id}-names`}
          placeholder="namespace/name"
          spellcheck={false}
          autocomplete="off"
          value={typed.value}
          onInput={(event) => open(event.currentTarget.value)}
          onChange={(event) => {
            const { value } = event.currentTarget;
            unknown.value = names.includes(value) ? '' : value;
          }}
        />
        <datalist id={`${id}-names`}>
          {names.slice(0, MOST).map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
        <span class="warn" role="status">
          {unknown.value === '' ? '' : `There is no Receiver ${unknown.value} that you may see.`}
        </span>
      </div>
      {name === '' && problem !== undefined ? <ProblemNotice problem={problem} /> : null}
    </>
  );
}

interface ReceiverNames {
  /** All that may be seen; none until they are read, or where they cannot be. */
  readonly names: readonly string[];
  readonly problem?: ProblemError;
}

function useReceiverNames(): ReceiverNames {
  const found = useSignal<ReceiverNames>({ names: [] });
  useEffect(() => {
    const ended = new AbortController();
    listAll<ObjectView>('receivers', ended.signal).then(
      ({ items }) => {
        found.value = { names: items.map(({ object }) => `${object.namespace}/${object.name}`).sort() };
      },
      (problem: unknown) => {
        if (problem instanceof ProblemError) found.value = { names: [], problem };
      },
    );
    return () => ended.abort();
  }, [token.value]);
  return found.value;
}
