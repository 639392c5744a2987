/** Says why the API did not give what was asked for, and what to do. */
import type { ProblemError } from '../api/request.ts';
import { token } from '../state/token.ts';
import { tokenDialogOpen } from '../state/token-dialog.ts';
import { Icon } from './icon.tsx';

export function ProblemNotice({ problem }: { readonly problem: ProblemError }) {
  const { status } = problem;
  return (
    <p class="notice bad" role="alert">
      <Icon name="warning" tone="bad" />
      <span>{wordsOf(problem)}</span>
      {status === 401 || status === 404 ? (
        <button
          type="button"
          onClick={() => {
            tokenDialogOpen.value = true;
          }}
        >
          Enter a token
        </button>
      ) : null}
    </p>
  );
}

function wordsOf({ status, message }: ProblemError): string {
  if (status === 0) return 'The operator does not answer. This page asks again every few seconds.';
  if (status === 401 && token.value === '') return 'This address needs a token of the cluster.';
  if (status === 401) return 'The cluster does not accept the token: it may have expired.';
  if (status === 404) return 'There is no such object, or the token does not allow to see it.';
  if (status === 503) return 'The operator is starting and has not read the cluster yet. This page asks again.';
  return message;
}
