/** What the condition says of what is found. */
import { describe, expect, it } from 'vitest';
import { type ResolvedRefsReason, resolvedRefsReasons } from '../../../../operator/api/resolved-refs-reasons.ts';
import type { Finding } from '../../../../operator/receivers/references/finding.ts';
import { resolvedRefs } from '../../../../operator/receivers/references/resolved-refs.ts';

const REMEDIES: Partial<Record<ResolvedRefsReason, string>> = {
  TargetNotFound: 'create it',
  KindUnknown: 'install it',
};
const findingOf = (reason: ResolvedRefsReason): Finding => ({ reason, text: reason, remedy: REMEDIES[reason] ?? 'do' });
const found = (...reasons: ResolvedRefsReason[]) =>
  reasons.map((reason, index) => ({ field: `resources[${index}]`, finding: findingOf(reason) }));

describe('the condition', () => {
  it.each<[ResolvedRefsReason[], status: string, reason: ResolvedRefsReason]>([
    [[], 'True', 'Resolved'],
    [['Resolved', 'Resolved'], 'True', 'Resolved'],
    [['Resolved', 'NothingSelected'], 'True', 'NothingSelected'],
    [['NothingSelected', 'TargetNotFound'], 'False', 'TargetNotFound'],
    [['TargetNotFound', 'TargetForbidden'], 'False', 'TargetForbidden'],
    [['TargetForbidden', 'KindUnknown', 'TargetNotFound'], 'False', 'KindUnknown'],
    [['KindUnknown', 'TargetNotFound', 'TargetInvalid'], 'False', 'TargetInvalid'],
  ])('of %j is %s, %s', (reasons, status, reason) => {
    expect(resolvedRefs(found(...reasons))).toMatchObject({ status, reason });
  });

  it('has the status of its reason in the table of the docs', () => {
    for (const [reason, { status }] of Object.entries(resolvedRefsReasons)) {
      expect(resolvedRefs(found(reason as ResolvedRefsReason))).toMatchObject({ reason, status });
    }
  });
});

describe('the message', () => {
  it.each<[ResolvedRefsReason[], message: string]>([
    [['Resolved'], 'every target can be found'],
    [['Resolved', 'TargetNotFound'], 'resources[1]: TargetNotFound; create it'],
    [['TargetNotFound', 'TargetNotFound'], 'resources[0]: TargetNotFound, resources[1]: TargetNotFound; create it'],
    [
      ['TargetNotFound', 'Resolved', 'KindUnknown', 'NothingSelected'],
      'resources[2]: KindUnknown; install it. resources[0]: TargetNotFound; create it',
    ],
    [
      ['TargetNotFound', 'TargetNotFound', 'TargetNotFound', 'TargetInvalid', 'TargetNotFound'],
      'resources[3]: TargetInvalid; do. resources[0]: TargetNotFound, resources[1]: TargetNotFound; create it; and 2 more',
    ],
    [
      ['NothingSelected', 'Resolved', 'NothingSelected'],
      'resources[0]: NothingSelected, resources[2]: NothingSelected; do',
    ],
  ])('of %j', (reasons, message) => {
    expect(resolvedRefs(found(...reasons)).message).toBe(message);
  });
});
