import { describe, expect, it } from 'vitest';
import { elapsed, lineProgress, progressIntervalMs } from '../../../control-plane/progress.ts';

function stream(options: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  return { ...options, written, write: (text: string) => written.push(text) };
}

describe('lineProgress', () => {
  it('writes plain lines into a pipe', () => {
    const pipe = stream({});
    const progress = lineProgress(pipe);
    progress('first');
    progress('second');
    expect(pipe.written).toEqual(['first\n', 'second\n']);
  });

  it('writes each line over the one before on a terminal, cut to its width', () => {
    const terminal = stream({ isTTY: true, columns: 10 });
    const progress = lineProgress(terminal);
    progress('first');
    progress('second, and much longer');
    expect(terminal.written).toEqual(['first\n', '\u001b[1A\u001b[2Ksecond, a\n']);
  });
});

describe('progressIntervalMs', () => {
  it('is shorter where somebody is looking', () => {
    expect(progressIntervalMs({ isTTY: true, write: () => true })).toBeLessThan(progressIntervalMs(stream({})));
  });
});

describe('elapsed', () => {
  it.each([
    [0, '0s'],
    [59_400, '59s'],
    [60_000, '1m00s'],
    [75_400, '1m15s'],
    [3_600_000, '60m00s'],
  ])('shows %i ms as %s', (durationMs, shown) => {
    expect(elapsed(durationMs)).toBe(shown);
  });
});
