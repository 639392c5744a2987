import { describe, expect, it } from 'vitest';
import { parsePeerQuery, printPeerQuery } from '../../../../operator/deliveries/peers/peer-query.ts';

const parse = (text: string) => parsePeerQuery(new URLSearchParams(text));
const WEB = { kind: 'Receiver', namespace: 'apps', name: 'web' };

describe('what is asked of a replica', () => {
  it('is read as it was written', () => {
    const query = { sinceMs: Date.UTC(2026, 10, 26, 10), object: WEB };
    expect(parse(printPeerQuery(query))).toEqual(query);
    expect(parse(printPeerQuery({}))).toEqual({ sinceMs: undefined, object: undefined });
  });

  it('may name a kind by its plural, and a time in another zone', () => {
    expect(parse('object=receivers/apps/web')?.object).toEqual(WEB);
    expect(parse('since=2026-11-26T12:00:00%2B02:00')?.sinceMs).toBe(Date.UTC(2026, 10, 26, 10));
  });

  it.each(['since=yesterday', 'since=2026-13-26T10:00:00Z', 'since=', 'object=web', 'object=a/b/c/d', 'object=a//c'])(
    'is nothing where it is %s',
    (text) => expect(parse(text)).toBeUndefined(),
  );
});
