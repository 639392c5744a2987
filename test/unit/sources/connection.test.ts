/** When a broker is connected to and what is said of it: over brokers in memory, and a clock that the test moves. */
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../../operator/kube/api-error.ts';
import { createAttemptCounts } from '../../../operator/sources/attempt-counts.ts';
import { createBodyBudget } from '../../../operator/sources/body-budget.ts';
import { createConnection } from '../../../operator/sources/connection.ts';
import { type Inputs, ReceiversLoadingError } from '../../../operator/sources/inputs.ts';
import type { Judge } from '../../../operator/sources/loop.ts';
import { createReader } from '../../../operator/sources/reader.ts';
import { createSlots } from '../../../operator/sources/slots.ts';
import type { Identity, Source } from '../../../operator/sources/source.ts';
import { SourceError } from '../../../operator/sources/source-error.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createMemorySource, type MemorySourceOptions } from './memory-source.ts';

const withPassword = (password: string): Inputs => ({
  identity: { kind: 'secret', data: { password: Buffer.from(password) } },
  certificates: undefined,
});

const failing: Judge = async () => ({ outcome: 'failing', code: 'TargetNotFound', message: '' });
const done: Judge = async () => ({ outcome: 'done', targets: 1 });

function setUp(options: MemorySourceOptions = {}, firstInputs = async () => withPassword('one'), judge = done) {
  const clock = createManualClock();
  const sources: ReturnType<typeof createMemorySource>[] = [];
  const states: string[] = [];
  const errors: string[] = [];
  let received = 0;
  /** What the next calls meet. */
  const world = {
    inputs: firstInputs as () => Promise<Inputs>,
    async open(): Promise<Source> {
      const source = createMemorySource({ clock, ...options });
      sources.push(source);
      return source;
    },
  };
  const slots = createSlots();
  let opened = 0;
  const connection = createConnection({
    inputs: () => world.inputs(),
    open() {
      opened += 1;
      return world.open();
    },
    read: (source) =>
      createReader({
        source,
        budget: createBodyBudget(1_000_000),
        judge,
        maxAttempts: 6,
        counts: createAttemptCounts(),
        slots,
        reports: { outcome() {}, rejected() {}, failing() {}, away() {}, notSettled() {} },
        clock,
        random: () => 0,
      }),
    inspectEveryMs: 600_000,
    request: 'first',
    clock,
    random: () => 0,
    onChange() {
      const { state, handledRequest } = connection;
      states.push(`${state.kind === 'failed' ? state.code : state.kind} ${handledRequest}`);
    },
    onError: (code) => void errors.push(code),
    onReceived(count) {
      received += count;
    },
  });
  return { clock, sources, states, errors, world, connection, opened: () => opened, received: () => received };
}

const throwing = (error: Error) => async (): Promise<never> => {
  throw error;
};
const refusing = (code: 'Unreachable' | 'AccessDenied' | 'AuthenticationFailed') =>
  throwing(new SourceError(code, 'no'));

describe('the state', () => {
  it('is reading once the broker answered, and says nothing twice', async () => {
    const { clock, sources, states, connection, received } = setUp({ notes: ['no dead-letter queue'] });
    expect(connection.state).toEqual({ kind: 'connecting' });
    await clock.advance(0);
    sources[0]?.push({ id: 'a' });
    await clock.advance(0);
    expect(connection.state).toEqual({ kind: 'reading', notes: ['no dead-letter queue'] });
    sources[0]?.push({ id: 'b' });
    await clock.advance(0);
    expect(states).toEqual(['connecting first', 'reading first']);
    expect(received()).toBe(2);
  });

  it('is reading a second after an idle broker was found', async () => {
    const { clock, connection } = setUp();
    await clock.advance(999);
    expect(connection.state.kind).toBe('connecting');
    await clock.advance(1);
    expect(connection.state.kind).toBe('reading');
  });

  it.each(['Unreachable', 'AccessDenied', 'AuthenticationFailed'] as const)('is %s where that is why', async (code) => {
    const { clock, states, errors, world, connection } = setUp();
    world.open = refusing(code);
    await clock.advance(0);
    expect(connection.state).toEqual({ kind: 'failed', code, message: 'no' });
    await clock.advance(10_000);
    expect(states).toEqual([`${code} first`]);
    expect(errors.length).toBeGreaterThan(2);
  });

  it('is Unreachable where nothing answers, at the latest after 28 s', async () => {
    const { clock, sources, world, connection } = setUp();
    const late = Promise.withResolvers<Source>();
    world.open = () => late.promise;
    await clock.advance(28_000);
    expect(connection.state).toMatchObject({ kind: 'failed', code: 'Unreachable' });
    const source = createMemorySource();
    late.resolve(source);
    await clock.advance(0);
    expect(source.told).toEqual(['close']);
    expect(sources).toEqual([]);
  });

  it('says nothing of the broker while the API server is away, or Receivers are loading', async () => {
    const { clock, states, world } = setUp({}, throwing(new ConnectionError('away')));
    await clock.advance(5_000);
    expect(states).toEqual([]);
    world.inputs = throwing(new ReceiversLoadingError());
    await clock.advance(60_000);
    expect(states).toEqual([]);
  });

  it('names no error of a client', async () => {
    const { clock, world, connection, errors } = setUp();
    world.open = async () => {
      throw new TypeError('secret-of-somebody');
    };
    await clock.advance(0);
    expect(JSON.stringify(connection.state)).not.toContain('secret-of-somebody');
    expect(errors).toEqual(['unexpected']);
  });
});

describe('a fault', () => {
  it('is followed by one call after 1, 2, 4 … 60 s', async () => {
    const { clock, world, opened } = setUp();
    world.open = refusing('Unreachable');
    const calls: number[] = [];
    for (let second = 0; second <= 250; second += 1) {
      await clock.advance(second === 0 ? 0 : 1_000);
      if (opened() > calls.length) calls.push(second);
    }
    expect(calls).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
  });

  it('of a connection has it opened anew', async () => {
    const { clock, sources, connection, opened } = setUp();
    await clock.advance(1_000);
    sources[0]?.fail('Unreachable');
    await clock.advance(0);
    expect(connection.state).toMatchObject({ kind: 'failed', code: 'Unreachable' });
    expect(sources[0]?.told).toEqual(['close']);
    await clock.advance(2_000);
    expect(opened()).toBe(2);
    expect(connection.state.kind).toBe('reading');
  });

  it('without a connection has the receive repeated', async () => {
    const { clock, sources, connection, opened } = setUp({ stateless: true });
    await clock.advance(1_000);
    const [source] = sources;
    source?.fail('AccessDenied');
    await clock.advance(0);
    expect(connection.state).toMatchObject({ kind: 'failed', code: 'AccessDenied' });
    await clock.advance(1_000);
    expect(source?.asked).toHaveLength(2);
    source?.answerEmpty();
    await clock.advance(0);
    expect(connection.state.kind).toBe('reading');
    expect(opened()).toBe(1);
  });

  it('is followed at once by the next receive where the client has its connection back', async () => {
    const back = Promise.withResolvers<boolean>();
    const lost = [Promise.resolve(false), back.promise];
    const { clock, sources } = setUp({ stateless: true, recovered: () => lost.shift() ?? Promise.resolve(false) });
    await clock.advance(1_000);
    const [source] = sources;
    source?.fail('AccessDenied');
    await clock.advance(999);
    expect(source?.asked).toHaveLength(1);
    await clock.advance(1);
    expect(source?.asked).toHaveLength(2);
    source?.fail('Unreachable');
    await clock.advance(100);
    expect(source?.asked).toHaveLength(2);
    back.resolve(true);
    await clock.advance(0);
    expect(source?.asked).toHaveLength(3);
  });

  it('of a connection that all dies with has what is held let go of', async () => {
    const { clock, sources } = setUp({ volatile: true, delays: 'held' }, undefined, failing);
    await clock.advance(0);
    sources[0]?.push({ id: 'a' });
    await clock.advance(0);
    sources[0]?.fail('Unreachable');
    await clock.advance(0);
    expect(sources[0]?.told).toEqual(['retry a 0', 'close']);
  });
});

describe('what it is made from', () => {
  it('changes: another connection takes over, and the first ends with what it holds', async () => {
    const { clock, sources, world, connection } = setUp();
    await clock.advance(1_000);
    world.inputs = async () => withPassword('two');
    connection.inputsChanged();
    await clock.advance(0);
    expect(sources.map(({ told }) => told)).toEqual([['close'], []]);
    sources[1]?.push({ id: 'a' });
    await clock.advance(0);
    expect(sources[1]?.told).toEqual(['ack a']);
  });

  it('changes: what a connection holds that nobody else can have is given back at once', async () => {
    const { clock, sources, world, connection } = setUp({ exclusive: true, delays: 'held' }, undefined, failing);
    await clock.advance(0);
    sources[0]?.push({ id: 'a' });
    await clock.advance(0);
    world.inputs = async () => withPassword('two');
    connection.inputsChanged();
    await clock.advance(0);
    expect(sources[0]?.told).toEqual(['retry a 0', 'close']);
    expect(sources).toHaveLength(2);
  });

  it('changes: what the first connection still holds takes slots of the second', async () => {
    const { clock, sources, world, connection } = setUp({ delays: 'held' }, undefined, failing);
    await clock.advance(0);
    for (const id of ['a', 'b', 'c']) sources[0]?.push({ id });
    await clock.advance(0);
    world.inputs = async () => withPassword('two');
    connection.inputsChanged();
    await clock.advance(0);
    expect(sources[1]?.asked).toEqual([7]);
  });

  it('is the same: nothing happens', async () => {
    const { clock, sources, connection } = setUp();
    await clock.advance(1_000);
    connection.inputsChanged();
    await clock.advance(60_000);
    expect(sources).toHaveLength(1);
  });

  it('is there at last: the wait is over', async () => {
    const { clock, world, connection } = setUp({}, throwing(new SourceError('SecretNotFound', 'create it')));
    await clock.advance(40_000);
    expect(connection.state).toMatchObject({ code: 'SecretNotFound' });
    world.inputs = async () => withPassword('one');
    connection.inputsChanged();
    await clock.advance(1_000);
    expect(connection.state.kind).toBe('reading');
  });

  it('is gone: nothing more is received', async () => {
    const { clock, sources, world, connection } = setUp();
    await clock.advance(1_000);
    world.inputs = throwing(new SourceError('ReceiverNotReady', 'suspended'));
    connection.inputsChanged();
    await clock.advance(0);
    expect(connection.state).toMatchObject({ kind: 'failed', code: 'ReceiverNotReady' });
    expect(sources[0]?.told).toEqual(['close']);
  });

  it('is a ServiceAccount: it is read again every ten seconds', async () => {
    const account = (role: string): Inputs => {
      const identity: Identity = {
        kind: 'service-account',
        account: { namespace: 'apps', name: 'events', uid: '1', annotations: { role }, token: async () => 'token' },
      };
      return { identity, certificates: undefined };
    };
    const { clock, sources, world } = setUp({}, async () => account('one'));
    await clock.advance(60_000);
    expect(sources).toHaveLength(1);
    world.inputs = async () => account('two');
    await clock.advance(10_000);
    expect(sources).toHaveLength(2);
  });
});

describe('a request to connect again', () => {
  it('is followed at once, and answered once the attempt is over', async () => {
    const { clock, states, world, connection, sources } = setUp();
    world.open = refusing('Unreachable');
    await clock.advance(50_000);
    world.open = async () => createMemorySource();
    connection.reconnect('second');
    await clock.advance(1_000);
    expect(states).toEqual(['Unreachable first', 'Unreachable second', 'reading second']);
    expect(sources).toEqual([]);
  });

  it('has a connection that works replaced', async () => {
    const { clock, sources, states, connection } = setUp();
    await clock.advance(1_000);
    connection.reconnect('second');
    await clock.advance(0);
    expect(sources.map(({ told }) => told)).toEqual([['close'], []]);
    expect(states).toEqual(['connecting first', 'reading first', 'reading second']);
  });
});

describe('the end', () => {
  it('waits for a long poll, gives back what it brings, and says that all is given back', async () => {
    const { clock, sources, connection } = setUp({ isPolling: true });
    await clock.advance(1_000);
    const stopped = connection.stop();
    await clock.advance(18_000);
    sources[0]?.push({ id: 'late' });
    await clock.advance(0);
    expect(await stopped).toBe(true);
    expect(sources[0]?.told).toEqual(['retry late 0', 'close']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not wait for ever', async () => {
    const { clock, world, connection } = setUp();
    world.open = async () => createMemorySource({ isPolling: true });
    await clock.advance(1_000);
    const stopped = connection.stop();
    await clock.advance(23_000);
    expect(await stopped).toBe(false);
  });

  it('while it connects closes what comes of that', async () => {
    const { clock, world, connection } = setUp();
    const opening = Promise.withResolvers<Source>();
    world.open = () => opening.promise;
    await clock.advance(0);
    await connection.stop();
    const source = createMemorySource();
    opening.resolve(source);
    await clock.advance(0);
    expect(source.told).toEqual(['close']);
    expect(source.asked).toEqual([]);
  });
});

it('reads the settings of the broker again', async () => {
  const notes = ['before'];
  const { clock, connection } = setUp({ notes });
  await clock.advance(1_000);
  notes[0] = 'after';
  await clock.advance(600_000);
  expect(connection.state).toEqual({ kind: 'reading', notes: ['after'] });
});
