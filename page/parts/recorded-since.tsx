/** Says since when each replica records: a restart forgets what came before it. */
import { now } from '../state/now.ts';
import { clockTime } from '../words/durations.ts';

export function RecordedSince({ recordingSince }: { readonly recordingSince: Readonly<Record<string, string>> }) {
  const replicas = Object.entries(recordingSince).sort();
  if (replicas.length === 0) return null;
  return (
    <p class="since">
      Recorded since{' '}
      {replicas.map(([replica, time], place) => (
        <span key={replica}>
          {place === 0 ? '' : ', '}
          <time dateTime={time} title={time}>
            {clockTime(time, now.value)}
          </time>{' '}
          by {replica}
        </span>
      ))}
    </p>
  );
}
