// Memory that is given back without a garbage collection.
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { freeBytes, freeBytesSoon } from '../../../../operator/http/guard/free-bytes.ts';

describe('bytes', () => {
  it('are gone when they have memory of their own', () => {
    const bytes = Buffer.allocUnsafeSlow(100_000);
    const { buffer } = bytes;
    freeBytes(bytes);
    expect([bytes.length, buffer.byteLength]).toEqual([0, 0]);
  });

  it('stay when others have a part in their memory', () => {
    const all = Buffer.from('shared with others');
    const part = Buffer.from(all.buffer, all.byteOffset, 6);
    freeBytes(part);
    expect([part.toString(), all.toString()]).toEqual(['shared', 'shared with others']);
  });

  it('may be given back twice', () => {
    const bytes = Buffer.allocUnsafeSlow(100_000);
    freeBytes(bytes);
    freeBytes(bytes);
    expect(bytes.length).toBe(0);
  });

  it('are there until whoever handed them over is done', async () => {
    const bytes = Buffer.allocUnsafeSlow(100_000);
    freeBytesSoon(bytes);
    expect(bytes.length).toBe(100_000);
    await turn();
    expect(bytes.length).toBe(0);
  });
});
