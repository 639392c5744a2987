/** Why something that was asked for with a delivery cannot be had, and what to do. */
import type { ProblemError } from '../api/request.ts';

export function actionProblem({ status, code, message }: ProblemError): string {
  if (status === 409 || code === 'NoBody' || status === 404) {
    return 'The body of this delivery is not kept, or you may not see it. Set spec.deliveries.keepBodies of the Receiver to keep the bodies of the next ones.';
  }
  if (status === 401) return 'This needs a token of the cluster; enter one at the top.';
  if (status === 403) return `The operator does not allow this here: ${message}`;
  if (status === 429) return 'Too much is asked at once; try again in a moment.';
  return message;
}
