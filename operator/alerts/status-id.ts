/** The name of a commit status, which distinguishes it from those of other objects (contract, *Git*, *Status id*). */
import { CelCompileError, CelRuntimeError, type Program, sharedProgram } from '../../cel/cel.ts';
import type { Alert } from '../api/alert/alert.ts';
import type { Provider } from '../api/provider/provider.ts';
import { DeliveryError } from './delivery-error.ts';
import { eventValue } from './events/event-value.ts';
import type { FluxEvent } from './flux-event.ts';

const VARIABLES = { event: 'map(string, dyn)', alert: 'map(string, dyn)', provider: 'map(string, dyn)' };
const FAULT =
  'failed to create commit status: failed to evaluate the spec.commitStatusExpr CEL expression for the event';

export interface StatusIdInput {
  /** With combined metadata. */
  readonly event: FluxEvent;
  readonly alert: Alert;
  readonly provider: Provider;
}

/** @throws DeliveryError final for an expression that does not compile, fails, or gives no text. */
export function statusIdOf(input: StatusIdInput): string {
  const { event, provider } = input;
  const expression = provider.spec.commitStatusExpr ?? '';
  if (expression !== '') return evaluated(expression, input);
  const { kind, name } = event.involvedObject;
  const [firstOfUid = ''] = (provider.metadata.uid ?? '').split('-');
  return `${kind}/${name}/${firstOfUid}`.toLowerCase();
}

function evaluated(expression: string, { event, alert, provider }: StatusIdInput): string {
  const variables = { event: eventValue(event), alert, provider };
  try {
    const id = compiled(expression).evaluate(variables);
    if (typeof id === 'string' && id !== '') return id;
  } catch (error) {
    if (!(error instanceof CelCompileError || error instanceof CelRuntimeError)) throw error;
    throw new DeliveryError('final', `${FAULT}: ${error.message}`, { cause: error });
  }
  throw new DeliveryError('final', `${FAULT}: the text is empty`);
}

/** Compiled once, however many Providers have it. */
function compiled(expression: string): Program {
  return sharedProgram(expression, { variables: VARIABLES, result: 'string' });
}
