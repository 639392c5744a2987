// Server-sent events, however the network cuts them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serverSentEvents } from '../../../page/api/server-sent-events.ts';

const STREAM =
  ': hello\n\nevent: delivery\nid: 7\ndata: {"a":1}\n\ndata: one\r\ndata:two\r\n\r\nevent: none\rid: 8\r\rdata\n\n';
const EVENTS = [
  { event: 'delivery', data: '{"a":1}', id: '7' },
  { event: 'message', data: 'one\ntwo', id: '7' },
  { event: 'message', data: '', id: '8' },
];

describe('server-sent events', () => {
  it('are read by the standard', () => {
    expect(serverSentEvents()(STREAM)).toEqual(EVENTS);
  });

  it('are the same in whatever pieces they come', () => {
    const cuts = fc.array(fc.nat(STREAM.length), { maxLength: 8 });
    fc.assert(
      fc.property(cuts, (places) => {
        const parse = serverSentEvents();
        const ends = [...places, STREAM.length].sort((a, b) => a - b);
        const pieces = ends.map((end, index) => STREAM.slice(index === 0 ? 0 : ends[index - 1], end));
        expect(pieces.flatMap(parse)).toEqual(EVENTS);
      }),
    );
  });

  it('wait for their end', () => {
    const parse = serverSentEvents();
    expect(parse('data: one\n')).toEqual([]);
    expect(parse('\n')).toEqual([{ event: 'message', data: 'one', id: '' }]);
  });
});
