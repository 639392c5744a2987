/** What other filters would have changed for the bodies that are kept. */
import { now } from '../state/now.ts';
import { askWhatIf, choose, kept, triedFilters, whatIf } from '../state/playground.ts';
import { clockTime } from '../words/durations.ts';
import { announcedWords } from '../words/revision-words.ts';
import { CopyButton } from './copy-button.tsx';
import { PartialNotice } from './partial-notice.tsx';

export function WhatIfView() {
  const answer = whatIf.value;
  const count = kept.value.length;
  const tried = triedFilters.value.size > 0;
  return (
    <section class="what-if" aria-label="What if">
      <h2>What if</h2>
      <p>
        {count === 0
          ? 'No body is kept. Set spec.deliveries.keepBodies of the Receiver to try a filter on what really arrives.'
          : 'Try the filters on every body that is kept: which deliveries would have had another outcome?'}
      </p>
      <button type="button" disabled={count === 0 || !tried} onClick={() => void askWhatIf()}>
        Try on {count} kept {count === 1 ? 'body' : 'bodies'}
      </button>
      {count > 0 && !tried ? <small>Change a filter first.</small> : null}
      <div role="status">{answer === undefined ? null : <Changes />}</div>
    </section>
  );
}

function Changes() {
  const { total = 0, changed = 0, items = [], text = '', partial = [] } = whatIf.value ?? {};
  const different = items.filter(({ before, after }) => before !== after);
  return (
    <>
      <PartialNotice partial={partial} />
      <p>
        <b>
          {changed} of {total}
        </b>{' '}
        {total === 1 ? 'delivery changes' : 'deliveries change'}.
        {changed > different.length
          ? ' Those that are not listed do for some of their targets: the text names them.'
          : ''}
      </p>
      <ul class="changes">
        {different.map(({ id, before, after }) => (
          <li key={id}>
            <button type="button" class="quiet" onClick={() => void choose(id)}>
              {wordsOf(id)}
            </button>
            <span>
              {before} → <b>{after}</b>
            </span>
          </li>
        ))}
      </ul>
      <CopyButton text={() => text} label="what changes as text">
        Copy as text
      </CopyButton>
    </>
  );
}

function wordsOf(id: string): string {
  const record = kept.value.find((each) => each.id === id);
  if (record === undefined) return id;
  return [clockTime(record.at, now.value), record.event ?? '', announcedWords(record.announced)]
    .filter((word) => word !== '')
    .join(' ');
}
