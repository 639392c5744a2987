/** Has a delivery go through today's filters and targets again, after a question. */
import { useSignal } from '@preact/signals';
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
  const replay = async (): Promise<void> => {
    asking.value = false;
    try {
      const { verdict } = await post<RecordView>(`${path}/deliveries/${encodeURIComponent(record.id)}/replay`, {});
      said.value = `Replayed: ${verdict}`;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      said.value = actionProblem(error);
    }
  };
  if (asking.value) {
    return (
      <span class="asking">
        <span>Annotate its targets again?</span>
        <button type="button" class="primary" onClick={replay}>
          Replay now
        </button>
        <button
          type="button"
          onClick={() => {
            asking.value = false;
          }}
        >
          Cancel
        </button>
      </span>
    );
  }
  return (
    <>
      <button
        type="button"
        title={
          token.value === '' ? 'Replay needs a token' : 'Send the kept body through the filters and targets of today'
        }
        onClick={() => {
          if (token.value === '') tokenDialogOpen.value = true;
          else asking.value = true;
        }}
      >
        Replay…
      </button>
      <span role="status">{said.value}</span>
    </>
  );
}
