/** What a line of the log looks like. */
import { describe, expect, it } from 'vitest';
import { createLogger, type LogEncoding, type LogLevel } from '../../../operator/observe/log.ts';
import { createSampledLog } from '../../../operator/observe/sampled-log.ts';

function capture(level: LogLevel = 'info', encoding: LogEncoding = 'json') {
  const lines: string[] = [];
  return { lines, log: createLogger({ level, encoding, destination: { write: (line) => void lines.push(line) } }) };
}

describe('a log line', () => {
  it('is JSON with level, ts and msg, and nothing of the machine', () => {
    const { lines, log } = capture();
    log.info({ controller: 'receiver', name: 'r', namespace: 'n' }, 'webhook accepted');
    const { ts, ...rest } = JSON.parse(lines[0] ?? '');
    expect(rest).toEqual({ level: 'info', controller: 'receiver', name: 'r', namespace: 'n', msg: 'webhook accepted' });
    expect(ts).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('has the message of an error, and the stack of a cause', () => {
    const { lines, log } = capture();
    const error = Object.assign(new TypeError('broken'), { token: 'secret' });
    log.error({ error, cause: error }, 'failed');
    const line = JSON.parse(lines[0] ?? '');
    expect(line.error).toBe('broken');
    expect(line.cause).toMatch(/^TypeError: broken\n {4}at .*log\.test\.ts/);
    expect(lines[0]).not.toContain('secret');
  });

  it.each([
    ['trace', ['trace', 'debug', 'info', 'warn', 'error']],
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['error', ['error']],
  ] as const)('is written at level %s for %j', (level, expected) => {
    const { lines, log } = capture(level);
    for (const each of ['trace', 'debug', 'info', 'warn', 'error'] as const) log[each]('said');
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(expected);
  });

  it('is for people when so encoded, the stack on lines of its own', () => {
    const { lines, log } = capture('info', 'console');
    log.info({ name: 'r' }, 'webhook accepted');
    log.info('ended');
    log.error({ cause: new Error('broken') }, 'failed');
    expect(lines[0]).toMatch(/^\S+Z\tINFO\twebhook accepted\t\{"name":"r"\}\n$/);
    expect(lines[1]).toMatch(/^\S+Z\tINFO\tended\n$/);
    expect(lines[2]).toMatch(/^\S+Z\tERROR\tfailed\nError: broken\n {4}at /);
  });
});

describe('a sampled log', () => {
  it('writes one line a second of each kind and counts the others', () => {
    const { lines, log } = capture();
    let now = 0;
    const sampled = createSampledLog(log, { clock: { elapsedMs: () => now } });
    for (let index = 0; index < 5; index++) sampled.info('a', { code: 'a' }, 'refused');
    sampled.info('b', { code: 'b' }, 'refused');
    now = 1_000;
    sampled.info('a', { code: 'a' }, 'refused');
    now = 2_000;
    sampled.info('a', { code: 'a' }, 'refused');
    const seen = lines.map((line) => JSON.parse(line)).map(({ code, suppressed }) => [code, suppressed]);
    expect(seen).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['a', 4],
      ['a', undefined],
    ]);
  });

  it('writes errors too, and less often where that is asked for', () => {
    const { lines, log } = capture();
    let now = 0;
    const sampled = createSampledLog(log, { clock: { elapsedMs: () => now }, intervalMs: 60_000 });
    sampled.error('a', {}, 'dropped');
    now = 59_999;
    sampled.error('a', {}, 'dropped');
    now = 60_000;
    sampled.error('a', {}, 'dropped');
    const seen = lines.map((line) => JSON.parse(line)).map(({ level, suppressed }) => [level, suppressed]);
    expect(seen).toEqual([
      ['error', undefined],
      ['error', 1],
    ]);
  });

  it('is bounded in lines and memory, however many kinds there are', () => {
    const { lines, log } = capture();
    let now = 0;
    const sampled = createSampledLog(log, { clock: { elapsedMs: () => now }, maxKinds: 3 });
    const names = (): unknown[] => lines.splice(0).map((line) => JSON.parse(line).kind);
    const infoAll = (): void => {
      for (const kind of ['a', 'b', 'c', 'd', 'e']) sampled.info(kind, { kind }, 'refused');
    };
    infoAll();
    infoAll();
    expect(names()).toEqual(['a', 'b', 'c', 'd']);
    now = 1_000;
    // What was distinguished before still is: nothing of it is over while it comes again.
    infoAll();
    expect(names()).toEqual(['a', 'b', 'c', 'd']);
    now = 2_000;
    for (let index = 0; index < 100; index++) sampled.info(`kind-${index}`, { kind: index }, 'refused');
    expect(names()).toEqual([0, 1, 2, 3]);
  });
});
