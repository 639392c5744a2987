/** Calls of paths that no Receiver has: where a webhook is that was pasted with a wrong URL. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get } from '../api/request.ts';
import type { List, UnknownCall } from '../api/types.ts';
import { now } from '../state/now.ts';
import { objectList } from '../state/object-list.ts';
import { ago, clockTime } from '../words/durations.ts';

/** Who comes back to the list finds them as they were. */
const calls = signal<readonly UnknownCall[]>([]);

export function UnknownCalls() {
  const list = objectList.value;
  useEffect(() => {
    if (!list.loaded) return;
    const ended = new AbortController();
    // Who may not see them sees none.
    get<List<UnknownCall>>('unknown', ended.signal).then(
      ({ items }) => {
        calls.value = items;
      },
      () => {
        if (!ended.signal.aborted) calls.value = [];
      },
    );
    return () => ended.abort();
  }, [list]);
  const [last] = calls.value;
  if (last === undefined) return null;
  return (
    <details class="unknown-calls">
      <summary>
        {calls.value.length === 1 ? 'A call' : `${calls.value.length} calls`} of a path that no Receiver has, the last
        one {ago(last.at, now.value)}
      </summary>
      <p>
        The URL at the sender is not that of a Receiver, or the token of a Receiver has changed since it was pasted.
        Copy the URL from the list again.
      </p>
      <ul>
        {calls.value.map(({ at, from, method, code }, place) => (
          <li key={`${at} ${place}`}>
            <time dateTime={at} title={at}>
              {clockTime(at, now.value)}
            </time>{' '}
            {method} from {from ?? 'an unknown address'}, {code}
          </li>
        ))}
      </ul>
    </details>
  );
}
