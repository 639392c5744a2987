import { describe, expect, it } from 'vitest';
import { firstHeader } from '../../../operator/webhooks/first-header.ts';

describe('the first value of a header', () => {
  it.each([
    ['once', ['X-Event', 'push'], 'push'],
    ['twice, equal', ['X-Event', 'push', 'x-event', 'push'], 'push'],
    ['twice, different', ['x-event', 'push', 'X-EVENT', 'ping'], 'push'],
    ['between others', ['Host', 'a', 'X-Event', 'push', 'Accept', 'x-event'], 'push'],
    ['empty', ['X-Event', ''], ''],
    ['as the value of another one', ['Accept', 'x-event'], undefined],
    ['a longer name', ['X-Event-Key', 'push'], undefined],
    ['none', [], undefined],
  ])('%s', (_what, rawHeaders, expected) => {
    expect(firstHeader({ rawHeaders }, 'x-event')).toBe(expected);
  });
});
