import { describe, expect, it } from 'vitest';
import { ReceiverError } from '../../../operator/api/errors.ts';
import { compileSource } from '../../../operator/sources/compile.ts';
import { aBrokerReceiver } from './a-broker-receiver.ts';
import { memoryTypes } from './memory-type.ts';

const compile = (spec: object) => compileSource(aBrokerReceiver(spec), memoryTypes);

it('gives defaults', () => {
  expect(compile({})).toMatchObject({
    title: 'sqs events',
    maxAttempts: 6,
    inspectEveryMs: 600_000,
    handling: { kind: 'targets', events: undefined, format: 'auto', targets: { filtered: false, readsRequest: false } },
  });
});

it('reads what is set, and null as absent', () => {
  const spec = {
    maxAttempts: 2,
    interval: '1m',
    format: 'json' as const,
    events: ['a*'],
    resourceFilter: 'req.a == 1',
  };
  const { handling, ...compiled } = compile(spec);
  expect(compiled).toMatchObject({ maxAttempts: 2, inspectEveryMs: 60_000 });
  expect(handling).toMatchObject({ format: 'json', targets: { filtered: true, readsRequest: true } });
  const absent = { interval: null, events: null, format: null, resourceFilter: null, receiverRef: null };
  expect(compile(absent)).toMatchObject({ inspectEveryMs: 600_000 });
});

it('takes a Receiver of its own namespace', () => {
  expect(compile({ receiverRef: { name: 'github' } }).handling).toEqual({ kind: 'receiver', receiver: 'apps/github' });
});

it('has filters see msg', () => {
  expect(() =>
    compile({ resourceFilter: "msg.type == 'a' && msg.attempt < 3 && res.metadata.name == 'b'" }),
  ).not.toThrow();
});

describe('what cannot be', () => {
  it.each<[name: string, spec: object, code: string, message: string]>([
    ['another type', { type: 'ftp' }, 'ValidationFailed', 'spec.type must be one of sqs; it is ftp'],
    ['a block that breaks its schema', { sqs: {} }, 'ValidationFailed', 'spec.sqs.queueURL is required'],
    ['a block that cannot work', { sqs: { queueURL: 'wrong' } }, 'ValidationFailed', 'spec.sqs.queueURL is wrong'],
    ['no block', { sqs: undefined }, 'ValidationFailed', 'spec.sqs: type sqs needs sqs, the block with its settings'],
    [
      'two identities',
      { secretRef: { name: 'a' }, serviceAccountName: 'b' },
      'ValidationFailed',
      'spec.serviceAccountName: serviceAccountName cannot be set together with secretRef: remove one of them',
    ],
    [
      'no targets',
      { resources: undefined },
      'ValidationFailed',
      'spec.resources: set either resources, or receiverRef alone',
    ],
    [
      'targets and a Receiver',
      { resources: [], receiverRef: { name: 'a' } },
      'ValidationFailed',
      'spec.resources: set either resources, or receiverRef alone',
    ],
    [
      'a filter beside a Receiver',
      { receiverRef: { name: 'a' }, resourceFilter: 'true' },
      'ValidationFailed',
      'spec.resourceFilter: receiverRef takes no resourceFilter, because the Receiver decides: remove it',
    ],
    ['too many attempts', { maxAttempts: 21 }, 'ValidationFailed', 'spec.maxAttempts must be 20 at most'],
    [
      'a filter that does not compile',
      { resourceFilter: 'claims.a == 1' },
      'InvalidCELExpression',
      'spec.resourceFilter:',
    ],
    [
      'a filter of an entry that is no bool',
      { resources: [{ kind: 'Bucket', name: 'a', filter: "'a'" }] },
      'InvalidCELExpression',
      'spec.resources[0].filter:',
    ],
  ])('%s', (_name, spec, code, message) => {
    let thrown: unknown;
    try {
      compile(spec);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ReceiverError);
    expect(thrown).toMatchObject({ code, terminal: true, message: expect.stringContaining(message) });
  });
});
