/** Why something that was asked for with a delivery cannot be had, and what to do. */
import type { ProblemError } from '../api/request.ts';

export function actionProblem({ status, message }: ProblemError): string {
  if (status === 404) return `${message}. Set spec.deliveries.keepBodies to keep the bodies of more deliveries.`;
  if (status === 401) return 'This needs a token that the cluster accepts; enter one at the top.';
  if (status === 403) return `The operator does not allow this here: ${message}`;
  return message;
}
