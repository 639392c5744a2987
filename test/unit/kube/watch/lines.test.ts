import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lines } from '../../../../operator/kube/watch/lines.ts';

const LONG = 1_000;

async function* stream(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function collect(source: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of source) all.push(line);
  return all;
}

async function linesOf(chunks: Iterable<Uint8Array | string>, maxBytes = LONG): Promise<string[]> {
  const bytes = Array.from(chunks, (chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
  return collect(lines(stream(bytes), maxBytes));
}

/** The bytes in pieces that end at these places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe('lines', () => {
  it.each([
    ['one line in one chunk', ['one\n'], ['one']],
    ['several lines in one chunk', ['one\ntwo\nthree\n'], ['one', 'two', 'three']],
    ['a line over several chunks', ['o', 'n', 'e\nt', 'wo\n'], ['one', 'two']],
    ['a chunk that is an end of line alone', ['one', '\n', 'two', '\n'], ['one', 'two']],
    ['chunks without content', ['', 'one', '', '\n', ''], ['one']],
    ['empty lines', ['\n\none\n\n', '\n'], ['one']],
    ['a last line that was cut', ['one\ntw', 'o'], ['one']],
    ['nothing', [], []],
  ])('reads %s', async (_what, chunks, expected) => {
    expect(await linesOf(chunks)).toEqual(expected);
  });

  it('keeps characters whole that lie on the border of two chunks', async () => {
    const bytes = Buffer.from('grün 🚀\nfertig\n');
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await linesOf(single)).toEqual(['grün 🚀', 'fertig']);
  });

  it('hands out each line as soon as it is there', async () => {
    const read: string[] = [];
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('one\ntw');
      read.push('second chunk');
      yield Buffer.from('o\n');
    }
    for await (const line of lines(source(), LONG)) read.push(line);
    expect(read).toEqual(['one', 'second chunk', 'two']);
  });

  it('reads the longest line that is allowed, and none that is longer, however it comes', async () => {
    const longest = 'x'.repeat(LONG);
    for (const chunks of [[`${longest}\n`], [longest, '\n'], ['x', `${longest.slice(1)}\n`]]) {
      expect(await linesOf(chunks)).toEqual([longest]);
    }
    for (const chunks of [[`${longest}x\n`], [longest, 'x\n'], [longest, 'x'], ['x', `${longest}\n`]]) {
      await expect(linesOf(chunks)).rejects.toThrow('a line is longer than 1000 bytes');
    }
  });

  it('counts each line by itself', async () => {
    const half = 'x'.repeat(LONG / 2 + 1);
    expect(await linesOf([half, '\n', half, '\n', half, '\n'])).toHaveLength(3);
  });

  it('ends its source when its reader goes away, and passes on what the source throws', async () => {
    let ended = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from('one\ntwo\n');
        throw new Error('the wire was cut');
      } finally {
        ended = true;
      }
    }
    for await (const line of lines(source(), LONG)) {
      expect(line).toBe('one');
      break;
    }
    expect(ended).toBe(true);
    await expect(collect(lines(source(), LONG))).rejects.toThrow('the wire was cut');
  });

  it('gives the same lines wherever the stream is cut', async () => {
    // Of each length that a character has in UTF-8; a generator of all of Unicode alone takes seconds to set up.
    const character = fc.constantFrom('a', '\r', '\0', '\u2028', 'ü', '€', '\ufeff', '🚀');
    const line = fc.array(character, { minLength: 1, maxLength: 8 }).map((characters) => characters.join(''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        async (expected, places) => {
          const bytes = Buffer.from(expected.map((text) => `${text}\n`).join(''));
          expect(await linesOf(cut(bytes, places), Number.POSITIVE_INFINITY)).toEqual(expected);
        },
      ),
    );
  });
});
