import { errorTable } from '../../../operator/api/errors.ts';
import { exposureReasons } from '../../../operator/api/exposure-reasons.ts';
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
  const exposed = Object.entries(exposureReasons).map(([reason, { status, meaning, remedy }]) => [
    `\`${status}\``,
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

## Events

Events on a Receiver have the reason of the condition, or one of these, of a target that cannot be notified:
${['TargetInvalid', 'TargetNotFound', 'TargetForbidden', 'TargetRefused', 'FilterFailed'].map((code) => `\`${code}\``).join(', ')};
[error codes](errors.md) says what they mean. \`Failed\` is a reconcile that is retried, \`Succeeded\` one that went well.
`;
}
