import { expect, test } from 'vitest';
import { labelName } from '../../../../operator/alerts/text/label-name.ts';

test.each([
  ['revision', 'revision'],
  ['app-version', 'app_version'],
  ['a/b.c', 'a_b_c'],
  ['9lives', '_9lives'],
  ['ä', '_'],
  ['', '_'],
])('%s becomes %s', (key, name) => expect(labelName(key)).toBe(name));
