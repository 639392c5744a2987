import { expect, test } from 'vitest';
import { commitOf } from '../../../../operator/alerts/git/commit-of.ts';
import { fluxEvent } from '../../../support/alerts/flux-event.ts';

const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(40)) as [string, string, string];
const of = (metadata: Readonly<Record<string, string>>) => () =>
  commitOf(fluxEvent({ metadata: new Map(Object.entries(metadata)) }));

test.each([
  [{ revision: `main@sha1:${A}` }, A],
  [{ revision: `sha1:${A}` }, A],
  [{ revision: `main/${A}` }, A],
  [{ revision: `feature/x/${A}` }, A],
  [{ revision: A }, A],
  [{ revision: `main@sha1:${'any '.repeat(10)}` }, 'any '.repeat(10)],
  [{ revision: `refs/heads/a:b@sha1:${A}` }, A],
  [{ revision: `v1@sha1:${A}`, originRevision: `main@sha1:${B}` }, B],
  [{ revision: A, originRevision: B, commit: `main@sha1:${C}` }, C],
])('%j', (metadata, commit) => expect(of(metadata as Record<string, string>)()).toBe(commit));

test.each([
  `latest@sha256:${'a'.repeat(64)}`,
  '6.5.1',
  '',
  `sha1:${A}/`,
  `${A}:`,
  `main@sha1:${'a'.repeat(39)}`,
  `main@sha1:${'a'.repeat(41)}`,
])('%s has no commit', (revision) => {
  expect(of({ revision })).toThrow(
    expect.objectContaining({
      verdict: 'final',
      message: `failed to extract commit hash from '${revision}' revision`,
    }),
  );
});

test('an empty commit is not passed over', () => {
  expect(of({ commit: '', revision: A })).toThrow("failed to extract commit hash from '' revision");
});

test('an event without a revision', () => expect(of({ summary: 'x' })).toThrow('missing revision metadata'));
