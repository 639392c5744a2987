import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { type Attempt, createPending, type Job } from '../../../operator/receivers/pending.ts';
import { createManualClock } from '../../support/manual-clock.ts';

function setUp(options: { maxJobs?: number; maxBytes?: number } = {}) {
  const clock = createManualClock();
  const messages: string[] = [];
  const counts: number[] = [];
  const abandoned: number[] = [];
  const log = pino({ level: 'trace' }, { write: (line) => void messages.push(JSON.parse(line).msg) });
  const pending = createPending({
    maxJobs: options.maxJobs ?? 10,
    maxBytes: options.maxBytes ?? 1_000,
    log,
    metrics: { pending: (count) => counts.push(count), abandoned: (count) => abandoned.push(count) },
    clock,
    random: () => 0.5,
  });
  return { clock, messages, counts, abandoned, pending };
}

/** A job that ends each attempt with the next of `results`, and with the last one from then on. */
function job(label: string, ...results: readonly Attempt[]): Job & { attempts: number } {
  const each = {
    label,
    bytes: 10,
    attempts: 0,
    async attempt(): Promise<Attempt> {
      each.attempts += 1;
      return results[Math.min(each.attempts, results.length) - 1] ?? 'away';
    },
  };
  return each;
}

describe('pending jobs', () => {
  it('are retried with back-off until they are done, and say so to who waits', async () => {
    const { clock, pending, counts, messages } = setUp();
    const one = job('one', 'away', 'away', 'done');
    const kept = pending.keep(one, 'away');
    const settled = kept?.settled;
    await clock.advance(0);
    expect(one.attempts).toBe(1);
    await clock.advance(100);
    expect(one.attempts).toBe(2);
    await clock.advance(199);
    expect(one.attempts).toBe(2);
    await clock.advance(1);
    expect(one.attempts).toBe(3);
    expect(await settled).toBe('done');
    expect(pending.size).toBe(0);
    expect(counts).toEqual([1, 0]);
    expect(messages).toEqual([
      'API server cannot be reached: notifications are kept pending until it answers',
      'every pending notification is settled',
    ]);
  });

  it('say how long the oldest of them has been kept, whatever was attempted since', async () => {
    const { clock, pending } = setUp();
    expect(pending.oldestAgeSeconds).toBe(0);
    const oldest = job('oldest', 'refused');
    pending.keep(oldest, 'away');
    await clock.advance(3_000);
    pending.keep(job('younger', 'away'), 'away');
    pending.keep(oldest, 'away');
    await clock.advance(4_000);
    expect(pending.oldestAgeSeconds).toBe(7);
    pending.settle(oldest);
    expect(pending.oldestAgeSeconds).toBe(4);
    const flushed = pending.flush(0);
    await clock.advance(0);
    await flushed;
    expect(pending.oldestAgeSeconds).toBe(0);
  });

  it('are kept once, and share what they tell', () => {
    const { pending } = setUp();
    const one = job('one');
    expect(pending.keep(one, 'away')).toBe(pending.keep(one, 'slow'));
    expect(pending.find(one)).toBeDefined();
    expect(pending.size).toBe(1);
  });

  it('are bounded in number and bytes', () => {
    const byNumber = setUp({ maxJobs: 1 }).pending;
    expect(byNumber.keep(job('one'), 'away')).toBeDefined();
    expect(byNumber.keep(job('two'), 'away')).toBeUndefined();
    const byBytes = setUp({ maxBytes: 19 }).pending;
    expect(byBytes.keep(job('one'), 'away')).toBeDefined();
    expect(byBytes.keep(job('two'), 'away')).toBeUndefined();
  });

  it('are dropped when their target is gone', async () => {
    const { clock, pending, messages } = setUp();
    const kept = pending.keep(job('one', 'gone'), 'away');
    await clock.advance(0);
    expect(await kept?.settled).toBe('gone');
    expect(messages).toContain('pending notification dropped: its target is gone');
  });

  it('that are refused wait longer, and hold up nobody', async () => {
    const { clock, pending, messages } = setUp();
    const refused = job('refused', 'refused', 'done');
    const other = job('other', 'away', 'done');
    pending.keep(refused, 'away');
    pending.keep(other, 'away');
    await clock.advance(1_500);
    expect([refused.attempts, other.attempts]).toEqual([1, 2]);
    await clock.advance(4_000);
    expect(refused.attempts).toBe(2);
    expect(messages).toContain('pending notification refused by the API server: retrying');
  });

  it('are tried at once when the API server answers, many at a time', async () => {
    const { clock, pending } = setUp({ maxJobs: 100 });
    const jobs = Array.from({ length: 40 }, (_, index) =>
      job(`j${index}`, ...(index === 0 ? ['away' as const] : []), 'done'),
    );
    for (const each of jobs) pending.keep(each, 'away');
    await clock.advance(0);
    pending.wake();
    await clock.advance(0);
    expect(pending.size).toBe(0);
  });

  it('settled by other means end, and are not tried again', async () => {
    const { clock, pending } = setUp();
    const one = job('one', 'away');
    const kept = pending.keep(one, 'slow');
    pending.settle(one);
    expect(await kept?.settled).toBe('done');
    await clock.advance(10_000);
    expect(one.attempts).toBeLessThanOrEqual(1);
  });

  it.each([
    ['slow', 'API server is slow: notifications are kept pending that take longer than their senders wait'],
    ['away', 'API server cannot be reached: notifications are kept pending until it answers'],
  ] as const)('say why they are kept: %s, once', (reason, message) => {
    const { pending, messages } = setUp();
    pending.keep(job('one'), reason);
    pending.keep(job('two'), reason);
    expect(messages).toEqual([message]);
  });

  it('kept for a slow API server say that it is away only once it is', async () => {
    const { clock, pending, messages } = setUp();
    pending.keep(job('one', 'away', 'done'), 'slow');
    expect(messages).toHaveLength(1);
    await clock.advance(0);
    expect(messages[1]).toContain('cannot be reached');
  });
});

describe('the end', () => {
  it('gives up what is left when the time is over, and takes nothing more', async () => {
    const { clock, pending, abandoned, messages } = setUp();
    const kept = pending.keep(job('one'), 'away');
    const flushed = pending.flush(1_000);
    await clock.advance(1_000);
    expect(await flushed).toBe(1);
    expect(await kept?.settled).toBe('abandoned');
    expect(abandoned).toEqual([1]);
    expect(pending.keep(job('two'), 'away')).toBeUndefined();
    expect(messages).toContain('pending notification given up: the process ends before the API server took it');
  });

  it('gives up nothing when all is done in time', async () => {
    const { clock, pending } = setUp();
    pending.keep(job('one', 'away', 'done'), 'away');
    const flushed = pending.flush(10_000);
    await clock.advance(500);
    expect(await flushed).toBe(0);
  });
});
