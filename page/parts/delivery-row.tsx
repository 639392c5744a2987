/** One delivery in the list. */
import type { FollowState, KindPath, RecordView } from '../api/types.ts';
import { now } from '../state/now.ts';
import { clockTime } from '../words/durations.ts';
import { announcedWords } from '../words/revision-words.ts';
import { troubleCode } from '../words/trouble-code.ts';
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

/** The headings of the list, of webhooks and messages or of notifications. */
export function deliveryHeadings(kind: KindPath): readonly string[] {
  const what =
    kind === 'alerts' ? ['Reason', 'Provider', 'Severity', 'About'] : ['Event', 'Revision', 'At the source', 'From'];
  return ['Time', 'Verdict', 'Code', ...what];
}

interface DeliveryRowProps {
  readonly kind: KindPath;
  readonly record: RecordView;
  readonly rowIndex: number;
  readonly open: boolean;
  readonly onToggle: () => void;
}

export function DeliveryRow({ kind, record, rowIndex, open, onToggle }: DeliveryRowProps) {
  const { id, lastAt, verdict, code, repeated } = record;
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
        {troubleCode(code)}
      </span>
      {kind === 'alerts' ? <NotificationCells record={record} /> : <WebhookCells record={record} />}
    </div>
  );
}

function WebhookCells({ record }: { readonly record: RecordView }) {
  const { event, origin, announced, from, follow } = record;
  return (
    <>
      <span role="cell">
        {event}
        {origin === 'http' || origin === 'broker' ? null : <small> {origin}</small>}
      </span>
      <span role="cell" title={announced?.revision}>
        <code>{announcedWords(announced)}</code>
      </span>
      <span role="cell" class={follow && followTones[follow.state]}>
        {follow && followWords[follow.state]}
      </span>
      <span role="cell" class="muted from">
        {from}
      </span>
    </>
  );
}

function NotificationCells({ record }: { readonly record: RecordView }) {
  const { reason, provider, severity, involved } = record;
  return (
    <>
      <span role="cell">{reason}</span>
      <span role="cell">{provider}</span>
      <span role="cell" class={severity === 'error' ? 'bad' : ''}>
        {severity}
      </span>
      <span role="cell" class="muted from" title={involved}>
        {involved}
      </span>
    </>
  );
}
