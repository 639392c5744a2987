import { expect, test } from 'vitest';
import { commitStatusOf, type StatusWords } from '../../../../operator/alerts/git/commit-status.ts';
import type { Alert } from '../../../../operator/api/alert/alert.ts';
import { fluxEvent } from '../../../support/alerts/flux-event.ts';

const WORDS: StatusWords = { service: 'github', info: 'success', error: 'failure', maxDescriptionLength: 12 };
const COMMIT = 'a'.repeat(40);
const alert = {} as Alert;

function statusOf(reason: string, severity: string, words = WORDS, revision: string | undefined = COMMIT) {
  const metadata = new Map(revision === '' ? [] : [['revision', revision]]);
  return commitStatusOf({ event: fluxEvent({ reason, severity, metadata }), alert, statusId: 'id' }, words);
}

test.each([
  ['Ready', 'info', 'success', 'ready'],
  ['BuildFailed', 'error', 'failure', 'build failed'],
  ['DependencyNotReady', 'error', 'failure', 'dependency …'],
])('%s %s', (reason, severity, state, description) => {
  expect(statusOf(reason, severity)).toEqual({ commit: COMMIT, id: 'id', state, description });
});

test('Progressing is for services that have a word for it alone', () => {
  expect(statusOf('Progressing', 'info', WORDS, '')).toBeUndefined();
  expect(statusOf('Progressing', 'info', { ...WORDS, progressing: 'pending' })?.state).toBe('pending');
});

test.each(['trace', '', 'warning'])('severity "%s" is an error', (severity) => {
  expect(() => statusOf('Ready', severity)).toThrow("can't convert to github state");
});

test('an event without a revision is an error', () => {
  expect(() => statusOf('Ready', 'info', WORDS, '')).toThrow('missing revision metadata');
});
