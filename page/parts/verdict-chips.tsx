/** Narrows a list of deliveries to those with one verdict. */
import type { Signal } from '@preact/signals';
import type { RecordView, Verdict } from '../api/types.ts';
import { VerdictIcon } from './verdict-icon.tsx';

const verdicts: readonly Verdict[] = ['accepted', 'pending', 'refused', 'ignored'];

interface VerdictChipsProps {
  readonly items: readonly RecordView[];
  readonly verdict: Signal<Verdict | undefined>;
}

export function VerdictChips({ items, verdict }: VerdictChipsProps) {
  const choose = (value: Verdict | undefined) => (): void => {
    verdict.value = value;
  };
  return (
    <fieldset class="chips">
      <legend class="hidden">Show</legend>
      <button type="button" aria-pressed={verdict.value === undefined} onClick={choose(undefined)}>
        All <b>{items.length}</b>
      </button>
      {verdicts.map((each) => {
        const count = items.filter((record) => record.verdict === each).length;
        if (count === 0 && verdict.value !== each) return null;
        return (
          <button key={each} type="button" aria-pressed={verdict.value === each} onClick={choose(each)}>
            <VerdictIcon verdict={each} /> {each} <b>{count}</b>
          </button>
        );
      })}
    </fieldset>
  );
}
