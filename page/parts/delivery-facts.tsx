/** The facts of a delivery that its row has no room for. */
import type { ComponentChildren } from 'preact';
import type { RecordView } from '../api/types.ts';
import { now } from '../state/now.ts';
import { clockTime, duration } from '../words/durations.ts';

interface DeliveryFactsProps {
  readonly record: RecordView;
  /** To the delivery that this one repeats. */
  readonly duplicateLink: string;
}

export function DeliveryFacts({ record, duplicateLink }: DeliveryFactsProps) {
  const { status, ms, bytes, repeated = 1, at, duplicateOf, announced } = record;
  const duplicate = duplicateOf === undefined ? undefined : <a href={duplicateLink}>{duplicateOf}</a>;
  const facts: readonly (readonly [name: string, value: ComponentChildren])[] = [
    ['Answer', status === undefined ? undefined : `${status}${ms === undefined ? '' : ` in ${duration(ms)}`}`],
    ['Repeated', repeated > 1 ? <Repeated repeated={repeated} at={at} /> : undefined],
    ['Body', bytes === undefined ? undefined : bodyWords(record)],
    ['Commit', announced?.revision],
    ['Before', announced?.before],
    ['Sender’s id', record.providerId],
    ['Duplicate of', duplicate],
    ['Origin', record.origin === 'http' ? undefined : record.origin],
    ['Proved by', record.credential],
    ['From', record.from],
    ['User agent', record.userAgent],
    ['Provider', record.provider],
    ['About', record.involved],
    ['Severity', record.severity],
    ['Attempts', record.attempts],
    ['Replica', record.replica],
    ['Id', record.id],
  ];
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function Repeated({ repeated, at }: { readonly repeated: number; readonly at: string }) {
  return (
    <>
      {repeated}×, first at{' '}
      <time dateTime={at} title={at}>
        {clockTime(at, now.value)}
      </time>
    </>
  );
}

function bodyWords({ bytes, body, redacted }: RecordView): string {
  const size = bytes < 1_024 ? `${bytes} B` : `${(bytes / 1_024).toFixed(1)} KiB`;
  return [size, body === 'TooLarge' ? 'too large to be kept' : '', redacted ? 'kept, redacted' : '']
    .filter(Boolean)
    .join(', ');
}
