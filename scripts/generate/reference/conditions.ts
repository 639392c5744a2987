import { sourceReasons } from '../../../operator/api/broker-receiver/source-reasons.ts';
import { deliveringReasons } from '../../../operator/api/delivering-reasons.ts';
import { errorTable } from '../../../operator/api/errors.ts';
import { exposureReasons } from '../../../operator/api/exposure-reasons.ts';
import { resolvedRefsReasons } from '../../../operator/api/resolved-refs-reasons.ts';
import { table } from './table.ts';

/** The conditions of a Receiver, their reasons, and what follows. */
export function conditionsPage(): string {
  const failures = Object.entries(errorTable).flatMap(([code, { condition, meaning }]) =>
    condition === undefined ? [] : [{ code, condition, meaning }],
  );
  const ready = failures.map(({ code, condition, meaning }) => [
    '`False`',
    `\`${code}\``,
    condition === 'terminal' ? '`Stalled` True, with the same reason' : '`Reconciling` True, `ProgressingWithRetry`',
    meaning,
  ]);
  const exposed = rowsOf(exposureReasons);
  const resolved = rowsOf(resolvedRefsReasons);
  const unread = Object.entries(sourceReasons).map(([reason, { meaning, remedy }]) => [
    '`False`',
    `\`${reason}\``,
    meaning,
    remedy,
  ]);
  return `# Conditions and reasons

The message of a condition says what to change.

## Ready

A Receiver that is \`Stalled\` is reconciled again when its spec, its annotation \`reconcile.fluxcd.io/requestedAt\` or its
Secret changes; one that is \`Reconciling\` is retried with back-off.

${table(['status', 'reason', 'also', 'meaning'], [['`True`', '`Succeeded`', '–', 'webhooks are served'], ...ready])}

## Exposed

\`Exposed\` says whether senders outside the cluster reach the Receiver. It does not affect \`Ready\`.
[Expose Receivers](../expose.md) describes how to expose one.

${table(['status', 'reason', 'meaning', 'what to do'], exposed)}

## ResolvedRefs

\`ResolvedRefs\` says whether the targets of a Receiver or BrokerReceiver can be found: a misspelt one shows before a webhook
comes. It does not affect \`Ready\`. The reason is the first of the table that holds, of those that are \`False\`; the message
names three entries at most, and says what to do. A suspended object keeps what it had.

${table(['status', 'reason', 'meaning', 'what to do'], resolved)}

## Delivering

\`Delivering\` says whether what is sent to a Receiver or BrokerReceiver arrives, over all replicas. It does not affect
\`Ready\`. What comes while \`spec.suspend\` is true does not count, nor does what is refused for lack of room (503, 429). The
condition is kept over restarts, until a newer delivery says otherwise.

${table(['status', 'reason', 'meaning', 'what to do'], rowsOf(deliveringReasons))}

\`status.lastDelivery\` of a Receiver has its newest delivery, and the column \`Last\` its time. Both are written at most once
in \`--delivery-status-interval\`: when the condition changes, or when a newer delivery came and the one that is shown is ten
minutes old. With \`--delivery-history 0\` there is neither.

## Ready of a BrokerReceiver

${table(
  ['status', 'reason', 'meaning', 'what to do'],
  [
    ['`True`', '`Succeeded`', 'The broker answered the last receive; the message has notes on its settings.', ''],
    ['`Unknown`', '`Progressing`', 'The operator connects for the first time.', 'Wait.'],
    ...unread,
    [
      '`False`',
      '`InvalidCELExpression`',
      'A filter does not compile, or its type is not `bool`.',
      'Correct the filter.',
    ],
    ['`False`', '`ValidationFailed`', 'The spec breaks a rule between its fields.', 'Change what the message names.'],
  ],
)}

With the last two the BrokerReceiver is \`Stalled\` for the same reason, until its spec changes. With every other \`False\` it
is \`Reconciling\`, \`ProgressingWithRetry\`: the operator calls the broker again after 1 s, then after twice as long each
time, up to 60 s.

## Events

Events on a Receiver have the reason of the condition, or one of these, of a target that cannot be notified:
${['TargetInvalid', 'TargetNotFound', 'TargetForbidden', 'TargetRefused', 'FilterFailed'].map((code) => `\`${code}\``).join(', ')};
[error codes](errors.md) says what they mean. \`Failed\` is a reconcile that is retried, \`Succeeded\` one that went well. \`Unsubscribed\`: the
subscription of a Receiver of type \`sns\` was ended, and it is not subscribed again.

When \`Delivering\` turns False, or for another code, the reason is the [error code](errors.md), or \`SilentBreak\`; \`Delivered\` says that
it is True again.

Events on a BrokerReceiver are \`Succeeded\`, \`Failed\`, the reason of a stall, or one of these:

| reason | meaning |
| --- | --- |
| \`MessageRejected\` | a message can never be done; at most one Event a minute, with the number of messages |
| \`SubscriptionNotConfirmed\` | Amazon SNS asks to confirm a subscription of the queue; confirm it there |
`;
}

function rowsOf(
  reasons: Readonly<Record<string, { readonly status: string; readonly meaning: string; readonly remedy: string }>>,
): string[][] {
  return Object.entries(reasons).map(([reason, { status, meaning, remedy }]) => [
    `\`${status}\``,
    `\`${reason}\``,
    meaning,
    remedy,
  ]);
}
