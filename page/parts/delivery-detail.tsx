/** What is known of one delivery: its chain, its targets, its facts, and what can be done with it. */
import { useSignal } from '@preact/signals';
import type { KindPath, ObjectView, RecordView, TargetResult } from '../api/types.ts';
import { linkOf } from '../state/settings.ts';
import { shortRevision } from '../words/revision-words.ts';
import { fragmentOf } from '../words/route.ts';
import { troubleCode } from '../words/trouble-code.ts';
import { ChainView } from './chain-view.tsx';
import { DeliveryActions } from './delivery-actions.tsx';
import { DeliveryFacts } from './delivery-facts.tsx';

interface DeliveryDetailProps {
  readonly kind: KindPath;
  readonly record: RecordView;
  readonly item: ObjectView | undefined;
}

export function DeliveryDetail({ kind, record, item }: DeliveryDetailProps) {
  /** undefined: the least advanced one. */
  const chosen = useSignal<string | undefined>(undefined);
  const targets = record.targets ?? [];
  const target = targets.find(({ ref }) => ref === chosen.value);
  return (
    <div class="delivery" id={`delivery-${record.id}`}>
      <ChainView record={record} target={target} />
      {targets.some(({ ref }) => targets.length > 1 || linkOf(ref) !== undefined) ? (
        <Targets
          targets={targets}
          counts={record.targetCounts ?? {}}
          chosen={chosen.value}
          onChoose={(ref) => {
            chosen.value = ref;
          }}
        />
      ) : null}
      <DeliveryFacts record={record} duplicateLink={linkTo(kind, record)} />
      <DeliveryActions kind={kind} record={record} item={item} />
    </div>
  );
}

function linkTo(kind: KindPath, { object, duplicateOf = '' }: RecordView): string {
  const { namespace, name } = object;
  return fragmentOf({ screen: 'object', kind, namespace, name, delivery: duplicateOf });
}

interface TargetsProps {
  readonly targets: readonly TargetResult[];
  readonly counts: Readonly<Record<string, number>>;
  readonly chosen: string | undefined;
  readonly onChoose: (ref: string) => void;
}

/** A record names some of its targets, and counts all. */
function Targets({ targets, counts, chosen, onChoose }: TargetsProps) {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const more = all - targets.length;
  return (
    <fieldset class="targets-of">
      <legend>Targets</legend>
      {targets.map((target) => (
        <TargetChoice key={target.ref} target={target} chosen={target.ref === chosen} onChoose={onChoose} />
      ))}
      {more > 0 ? <small>and {more} more</small> : null}
    </fieldset>
  );
}

interface TargetChoiceProps {
  readonly target: TargetResult;
  readonly chosen: boolean;
  readonly onChoose: (ref: string) => void;
}

function TargetChoice({ target, chosen, onChoose }: TargetChoiceProps) {
  const { ref, outcome, code, follow } = target;
  const link = linkOf(ref);
  const words = [outcome, troubleCode(code), follow?.state, shortRevision(follow?.revision ?? '')];
  return (
    <span class="target-choice">
      <button type="button" aria-pressed={chosen} onClick={() => onChoose(ref)}>
        <span>{ref}</span>
        <small>{words.filter(Boolean).join(' · ')}</small>
      </button>
      {link === undefined ? null : (
        <a href={link} target="_blank" rel="noreferrer" aria-label={`Open ${ref}`}>
          Open
        </a>
      )}
    </span>
  );
}
