import { describe, expect, test } from 'vitest';
import { queueOf, regionOf } from '../../../../../operator/sources/brokers/sqs/queue.ts';
import { sqsSchema } from '../../../../../operator/sources/brokers/sqs/schema.ts';
import { sqs } from '../../../../../operator/sources/brokers/sqs.ts';

const AWS = 'https://sqs.eu-west-1.amazonaws.com/111122223333/flux-events';

test.each([
  [AWS, 'eu-west-1'],
  ['https://sqs.us-gov-west-1.amazonaws.com/1/q', 'us-gov-west-1'],
  ['https://sqs.cn-north-1.amazonaws.com.cn/1/q', 'cn-north-1'],
  ['https://sqs-fips.us-east-2.amazonaws.com/1/q', 'us-east-2'],
  ['https://sqs.eu-central-1.api.aws/1/q', 'eu-central-1'],
  ['https://sqs.us-iso-east-1.c2s.ic.gov/1/q', 'us-iso-east-1'],
  ['https://sqs.eusc-de-east-1.amazonaws.eu/1/q', 'eusc-de-east-1'],
  ['https://ap-south-1.queue.amazonaws.com/1/q', 'ap-south-1'],
  ['https://vpce-0a1b-2c3d.sqs.eu-west-3.vpce.amazonaws.com/1/q', 'eu-west-3'],
  ['https://vpce-0a1b-2c3d-us-east-1a.sqs.us-east-1.vpce.amazonaws.com/1/q', 'us-east-1'],
  ['http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/q', 'us-east-1'],
  ['https://queue.amazonaws.com/1/q', undefined],
  ['http://127.0.0.1:9324/000000000000/q', undefined],
  ['http://elasticmq:9324/queue/q', undefined],
  ['https://example.com/sqs.eu-west-1.amazonaws.com/q', undefined],
])('the region of %s is %s', (url, region) => {
  expect(regionOf(url)).toBe(region);
});

test.each([
  [{ queueURL: AWS }, { name: 'flux-events', region: 'eu-west-1', endpoint: 'https://sqs.eu-west-1.amazonaws.com' }],
  [
    { queueURL: 'http://127.0.0.1:9324/000000000000/a.fifo', region: 'eu-west-1' },
    { name: 'a.fifo', region: 'eu-west-1', endpoint: 'http://127.0.0.1:9324' },
  ],
  [
    { queueURL: AWS, endpoint: 'https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com' },
    { name: 'flux-events', region: 'eu-west-1', endpoint: 'https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com' },
  ],
])('%j is the queue %j', (block, queue) => {
  expect(queueOf(block)).toEqual({ url: block.queueURL, ...queue });
});

describe('check', () => {
  test.each([
    [{ queueURL: AWS }],
    [{ queueURL: AWS, region: 'eu-west-1' }],
    [{ queueURL: 'http://127.0.0.1:9324/000000000000/q', region: 'eu-west-1' }],
    [{ queueURL: AWS, endpoint: 'http://localhost:4566' }],
  ])('%j can work', (block) => {
    expect(sqs.check(block)).toBeUndefined();
  });

  test.each([
    [{ queueURL: 'http://mq:9324/0/q' }, 'spec.sqs.region is required: spec.sqs.queueURL does not say it'],
    [
      { queueURL: AWS, region: 'us-east-1' },
      'spec.sqs.region is us-east-1, but spec.sqs.queueURL says eu-west-1: leave spec.sqs.region out',
    ],
    [{ queueURL: 'https://' }, 'spec.sqs.queueURL is not an absolute URL'],
    [
      { queueURL: 'http://169.254.169.254/latest/q', region: 'eu-west-1' },
      'spec.sqs.queueURL is a link-local address, which is never connected to',
    ],
    [
      { queueURL: 'http://2852039166/latest/q', region: 'eu-west-1' },
      'spec.sqs.queueURL is a link-local address, which is never connected to',
    ],
    [
      { queueURL: AWS, endpoint: 'http://[::ffff:169.254.170.2]' },
      'spec.sqs.endpoint is a link-local address, which is never connected to',
    ],
    [{ queueURL: AWS, endpoint: 'http://[' }, 'spec.sqs.endpoint is not an absolute URL'],
  ])('of %j says: %s', (block, problem) => {
    expect(sqs.check(block)).toBe(problem);
  });
});

describe('schema', () => {
  const field = (name: string) => new RegExp(sqsSchema.properties?.[name]?.pattern ?? '^$');

  test.each([
    ['queueURL', AWS, true],
    ['queueURL', `${AWS}.fifo`, true],
    ['queueURL', 'http://elasticmq:9324/queue/q', true],
    ['queueURL', 'https://user:password@sqs.eu-west-1.amazonaws.com/1/q', false],
    ['queueURL', `${AWS}?Action=DeleteQueue`, false],
    ['queueURL', `${AWS}#a`, false],
    ['queueURL', 'https://sqs.eu-west-1.amazonaws.com/', false],
    ['queueURL', 'arn:aws:sqs:eu-west-1:111122223333:flux-events', false],
    ['region', 'eu-west-1', true],
    ['region', 'evil.example.com/', false],
    ['endpoint', 'https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com/', true],
    ['endpoint', 'ftp://a', false],
    ['endpoint', 'http://a/b', false],
  ])('%s %s: %j', (name, value, allowed) => {
    expect(field(name).test(value)).toBe(allowed);
  });

  test.each([
    ['arn:aws:sns:eu-west-1:111122223333:uploads', true],
    ['arn:aws-cn:sns:cn-north-1:111122223333:uploads.fifo', true],
    ['arn:aws:sqs:eu-west-1:111122223333:uploads', false],
  ])('the topic %s: %j', (arn, allowed) => {
    const { items } = sqsSchema.properties?.topicARNs ?? {};
    expect(new RegExp(items?.pattern ?? '^$').test(arn)).toBe(allowed);
  });
});

test('the title names the queue and its region', () => {
  expect(sqs.title({ queueURL: AWS })).toBe('flux-events (eu-west-1)');
});
