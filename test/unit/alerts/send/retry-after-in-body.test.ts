import { expect, test } from 'vitest';
import { retryAfterInBodyMs } from '../../../../operator/alerts/send/retry-after-in-body.ts';

test.each([
  ['{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2500}', 2_500],
  ['{"message":"You are being rate limited.","retry_after":1.5,"global":false}', 1_500],
  ['{"ok":false,"error_code":429,"parameters":{"retry_after":7}}', 7_000],
  ['{"parameters":null}', undefined],
  ['{"retry_after":"soon"}', undefined],
  ['{"retry_after":-1}', undefined],
  ['<html>', undefined],
])('%s asks for %s ms', (text, ms) => expect(retryAfterInBodyMs(text)).toBe(ms));
