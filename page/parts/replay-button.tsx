/** Has a delivery go through today's filters and targets again, after a question. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { ProblemError, post } from '../api/request.ts';
import type { RecordView } from '../api/types.ts';
import { token } from '../state/token.ts';
import { tokenDialogOpen } from '../state/token-dialog.ts';
import { actionProblem } from '../words/action-problem.ts';

interface ReplayButtonProps {
  /** Of the object. */
  readonly path: string;
  readonly record: RecordView;
}

export function ReplayButton({ path, record }: ReplayButtonProps) {
  const asking = useSignal(false);
  const said = useSignal('');
  const root = useRef<HTMLSpanElement>(null);
  /** What had the focus goes with the question, or comes with it. */
  const ask = (question: boolean): void => {
    asking.value = question;
    requestAnimationFrame(() => root.current?.querySelector<HTMLElement>('[data-focus]')?.focus());
  };
  const replay = async (): Promise<void> => {
    ask(false);
    try {
      const { verdict } = await post<RecordView>(`${path}/deliveries/${encodeURIComponent(record.id)}/replay`, {});
      said.value = `Replayed: ${verdict}`;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      said.value = actionProblem(error);
    }
  };
  const begin = (): void => {
    said.value = '';
    if (token.value === '') tokenDialogOpen.value = true;
    else ask(true);
  };
  return (
    <span class="asking" ref={root}>
      {asking.value ? (
        <Question onReplay={replay} onCancel={() => ask(false)} />
      ) : (
        <button
          type="button"
          data-focus
          title={
            token.value === '' ? 'Replay needs a token' : 'Send the kept body through the filters and targets of today'
          }
          onClick={begin}
        >
          Replay…
        </button>
      )}
      <span role="status">{said.value}</span>
    </span>
  );
}

interface QuestionProps {
  readonly onReplay: () => void;
  readonly onCancel: () => void;
}

/** It has the focus itself: who holds the Enter key down answers nothing. */
function Question({ onReplay, onCancel }: QuestionProps) {
  return (
    <fieldset class="asking" data-focus tabIndex={-1}>
      <legend class="hidden">Replay</legend>
      <span>Annotate its targets again?</span>
      <button type="button" class="primary" onClick={onReplay}>
        Replay now
      </button>
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
    </fieldset>
  );
}
