/** One delivery in the list. */
import type { FollowState, RecordView } from '../api/types.ts';
import { now } from '../state/now.ts';
import { clockTime } from '../words/durations.ts';
import { announcedWords } from '../words/revision-words.ts';
import { VerdictIcon } from './verdict-icon.tsx';

/** What became of it at the sources, as people say it. */
const followWords: Readonly<Record<FollowState, string>> = {
  waiting: 'waiting',
  lagging: 'lagging',
  fresh: 'arrived',
  superseded: 'superseded',
  failed: 'source failed',
  suspended: 'suspended',
  unfollowed: '–',
};
const followTones: Partial<Record<FollowState, string>> = {
  waiting: 'warn',
  lagging: 'warn',
  failed: 'bad',
  suspended: 'bad',
};

interface DeliveryRowProps {
  readonly record: RecordView;
  readonly rowIndex: number;
  readonly open: boolean;
  readonly onToggle: () => void;
}

export function DeliveryRow({ record, rowIndex, open, onToggle }: DeliveryRowProps) {
  const { id, at, lastAt = at, verdict, code, event, reason, origin, repeated = 1, announced, from, follow } = record;
  return (
    <div role="row" class={open ? 'row open' : 'row'} aria-rowindex={rowIndex}>
      <span role="cell" class="time">
        <button
          type="button"
          data-row-focus
          aria-expanded={open}
          aria-controls={open ? `delivery-${id}` : undefined}
          title={lastAt}
          onClick={onToggle}
        >
          <time dateTime={lastAt}>{clockTime(lastAt, now.value)}</time>
        </button>
      </span>
      <span role="cell" class="verdict">
        <VerdictIcon verdict={verdict} />
        <b>{verdict}</b>
        {repeated > 1 ? <span class="repeated">{repeated}×</span> : null}
      </span>
      <span role="cell" class={verdict === 'refused' ? 'bad' : 'muted'}>
        {code === 'Delivered' ? '' : code}
      </span>
      <span role="cell">
        {event || reason || ''}
        {origin === 'http' || origin === 'broker' ? null : <small> {origin}</small>}
      </span>
      <span role="cell" title={announced?.revision ?? ''}>
        <code>{announcedWords(announced)}</code>
      </span>
      <span role="cell" class={follow === undefined ? '' : (followTones[follow.state] ?? '')}>
        {follow === undefined ? '' : followWords[follow.state]}
      </span>
      <span role="cell" class="muted from">
        {from ?? record.involved ?? ''}
      </span>
    </div>
  );
}
