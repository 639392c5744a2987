import { expect, test } from 'vitest';
import { reasonWords } from '../../../../operator/alerts/git/reason-words.ts';

test.each([
  ['', ''],
  ['Ready', 'ready'],
  ['ready', 'ready'],
  ['ReconciliationSucceeded', 'reconciliation succeeded'],
  ['HTTPGetFailed2', 'http get failed 2'],
  ['HTTP', 'http'],
  ['GETRequest', 'get request'],
  ['aB', 'a b'],
  ['V2Beta1', 'v 2 beta 1'],
  ['Build_Failed', 'build _ failed'],
  ['Dry run', 'dry   run'],
  ['ÄnderungFertig', 'änderung fertig'],
  ['a€B', 'a € b'],
])('%s becomes "%s"', (reason, words) => expect(reasonWords(reason)).toBe(words));
