/** Targets that cannot be notified: a log line that says what to do, and an Event on the Receiver. */
import { describe, expect, it } from 'vitest';
import { RequestError, type RequestErrorCode } from '../../../operator/api/errors.ts';
import { ApiError } from '../../../operator/kube/api-error.ts';
import type { EventText, Regarding } from '../../../operator/kube/events/event-series.ts';
import { regardingReceiver } from '../../../operator/receivers/receiver-event.ts';
import { createTargetReports } from '../../../operator/receivers/target-reports.ts';
import { aReceiver, compiled } from './a-receiver.ts';
import { createLines } from './lines.ts';

const { route, serving } = compiled(aReceiver());

function report(error: unknown, owner = route) {
  const recorded: { regarding: Regarding; event: EventText }[] = [];
  const { log, lines } = createLines();
  const events = { record: (regarding: Regarding, event: EventText) => void recorded.push({ regarding, event }) };
  const [entry] = serving.entries;
  if (entry === undefined) throw new Error('no entry');
  createTargetReports({ events, log }).failed(owner, entry, error);
  return { recorded, lines };
}

function caused(code: RequestErrorCode, cause?: Error): RequestError {
  return new RequestError(code, 'the cause', { cause });
}

const forbidden = new ApiError(403, undefined, undefined);
const refused = new ApiError(422, undefined, undefined);

describe('a target that cannot be notified', () => {
  it.each<[error: Error, code: string, message: string]>([
    [caused('TargetInvalid'), 'TargetInvalid', 'target is not valid: '],
    [caused('TargetNotFound'), 'TargetNotFound', 'target not found: '],
    [caused('TargetForbidden'), 'TargetForbidden', 'target is in another namespace, '],
    [caused('TargetRefused', refused), 'TargetRefused', 'target not annotated: the API server refuses the PATCH'],
    [caused('TargetRefused', forbidden), 'TargetRefused', 'target not annotated: the operator has no right '],
    [caused('FilterFailed'), 'FilterFailed', 'filter failed: '],
    [refused, 'TargetRefused', 'target not annotated: the API server refuses the PATCH'],
    [forbidden, 'TargetRefused', 'target not annotated: the operator has no right '],
  ])('%s: code %s, and what to do', (error, code, message) => {
    const { recorded, lines } = report(error);
    expect(lines).toEqual([
      {
        level: 'error',
        controller: 'receiver',
        namespace: 'apps',
        name: 'web',
        target: {
          apiVersion: 'source.toolkit.fluxcd.io/v1',
          kind: 'GitRepository',
          namespace: 'apps',
          name: 'web',
        },
        code,
        error: error.message,
        msg: expect.stringContaining(message),
      },
    ]);
    expect(recorded).toEqual([
      {
        regarding: regardingReceiver({ namespace: 'apps', name: 'web', uid: 'u1' }),
        event: { type: 'Warning', reason: code, note: `${lines[0]?.msg}: ${error.message}` },
      },
    ]);
  });

  it('has no uid in its Event where the Receiver has none', () => {
    const { recorded } = report(caused('TargetInvalid'), { ...route, uid: undefined });
    expect(recorded[0]?.regarding).toStrictEqual(regardingReceiver({ namespace: 'apps', name: 'web' }));
  });

  it.each(['PendingFull', 'FilterInputInvalid', 'InternalError'] as const)(
    'is not reported for what is no fault of its own: %s',
    (code) => {
      expect(report(caused(code))).toEqual({ recorded: [], lines: [] });
    },
  );
});
