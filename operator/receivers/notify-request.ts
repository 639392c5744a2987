/** Notifies the targets of a Receiver of all events of one genuine request. */
import type { TargetOutcomes } from '../deliveries/records/target-outcomes.ts';
import type { MakeInput, ServedRoute } from './judge-request.ts';
import type { Notified, Notifier } from './notify.ts';
import { notifyEach } from './notify-each.ts';
import type { TargetEntry } from './target-entry.ts';

export interface RequestToNotify {
  /** One for each event. */
  readonly inputs: readonly MakeInput[];
  /** Of its body. */
  readonly bytes: number;
  /** When it came, by the notifier's clock. */
  readonly startedMs: number;
  readonly account: TargetOutcomes | undefined;
}

/** Not async: what filters see is large, and a frame that waits would hold it. @throws as `notifyEach` */
export function notifyRequest(
  notifier: Notifier,
  { route, serving }: Pick<ServedRoute, 'route' | 'serving'>,
  { inputs, bytes, startedMs, account }: RequestToNotify,
): Promise<readonly Notified[]> {
  const share = Math.ceil(bytes / inputs.length);
  const batch = inputs.length > 1 ? { annotated: new Set<string>(), reported: new Set<TargetEntry>() } : undefined;
  return notifyEach(inputs, (input) =>
    notifier.notify({ route, serving, startedMs, batch, account, input, bytes: input === undefined ? 0 : share }),
  );
}

/** Of the answer: 200, or 202 where some target is kept. */
export function statusOf(notified: readonly Notified[]): 200 | 202 {
  return notified.some(({ status }) => status === 'pending') ? 202 : 200;
}
