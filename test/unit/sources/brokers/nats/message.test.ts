import { headers } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { toAttributes } from '../../../../../operator/sources/brokers/nats/message.ts';

test('headers are attributes with names in lower case and values joined; the subject is one of them', () => {
  const own = headers();
  own.append('X-GitHub-Event', 'push');
  own.append('Accept', 'a');
  own.append('Accept', 'b');
  own.append('accept', 'c');
  own.append('constructor', 'd');
  expect(toAttributes('flux.harbor', own)).toEqual({
    'nats-subject': 'flux.harbor',
    'x-github-event': 'push',
    accept: 'a, b, c',
    constructor: 'd',
  });
  expect(toAttributes('flux.harbor', undefined)).toEqual({ 'nats-subject': 'flux.harbor' });
});

test('a sender cannot name another subject', () => {
  const own = headers();
  own.append('Nats-Subject', 'flux.other');
  expect(toAttributes('flux.harbor', own)).toEqual({ 'nats-subject': 'flux.harbor' });
});
