import { expect, test } from 'vitest';
import { checkRefusal } from '../../../../operator/alerts/send/check-refusal.ts';

const refusal = ({ error }: Readonly<Record<string, unknown>>) => error;

test.each(['', 'ok', '<html>', '[]', 'null', '{}'])('%s refuses nothing', (text) => {
  expect(() => checkRefusal('Pager', text, refusal)).not.toThrow();
});

test('a reason is told with the service and a verdict', () => {
  expect(() => checkRefusal('Pager', '{"error":"full"}', refusal, () => 'passing')).toThrow(
    expect.objectContaining({ message: 'Pager responded with error: full', verdict: 'passing' }),
  );
  expect(() => checkRefusal('Pager', '{"error":{"code":7}}', refusal)).toThrow(
    expect.objectContaining({ message: 'Pager responded with error: {"code":7}', verdict: 'final' }),
  );
});
