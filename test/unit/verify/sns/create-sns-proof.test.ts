import { beforeAll, describe, expect, it } from 'vitest';
import { FetchError } from '../../../../operator/verify/create-text-fetcher.ts';
import { createSnsProof } from '../../../../operator/verify/sns/create-sns-proof.ts';
import {
  CERTIFICATE_URL,
  createSnsSigner,
  type SnsSigner,
  SUBSCRIBE_URL,
  TOPIC_ARN,
} from '../../../support/sns-signer.ts';

let signer: SnsSigner;
let stranger: SnsSigner;

beforeAll(async () => {
  [signer, stranger] = await Promise.all([createSnsSigner(), createSnsSigner()]);
});

/** A proof that fetches what `answer` gives, and tells what it was asked for. */
function setUp(answer: (url: string) => string | Promise<string> = () => signer.certificatePem) {
  const asked: string[] = [];
  let nowMs = 0;
  const proof = createSnsProof({
    now: () => nowMs,
    fetchText: async (url) => {
      asked.push(url);
      return await answer(url);
    },
  });
  const bytes = (message: unknown) => Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
  const verdict = (message: unknown, arns = [TOPIC_ARN]) =>
    proof.verify(bytes(message), new Set(arns)).then(
      () => 'genuine',
      (error: { code: string }) => error.code,
    );
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { proof, asked, verdict, pass, bytes };
}

const down = () => Promise.reject(new Error('connect ECONNREFUSED'));
const answering = (status: number) => () => Promise.reject(new FetchError(status));

describe('a message', () => {
  it.each(['1', '2'])('that is signed with SignatureVersion %s is genuine', async (SignatureVersion) => {
    const { verdict, asked } = setUp();
    expect(await verdict(signer.notification('hello', { SignatureVersion }))).toBe('genuine');
    expect(await verdict(signer.notification('grüße\n€', { SignatureVersion, Subject: 'a subject' }))).toBe('genuine');
    expect(await verdict(signer.notification('', { SignatureVersion, Subject: '' }))).toBe('genuine');
    expect(await verdict({ ...signer.notification('x', { SignatureVersion }), Subject: null })).toBe('genuine');
    for (const type of ['SubscriptionConfirmation', 'UnsubscribeConfirmation']) {
      expect(await verdict(signer.confirmation(type, { SignatureVersion }))).toBe('genuine');
    }
    expect(asked).toEqual([CERTIFICATE_URL]);
  });

  it('is told apart', async () => {
    const { proof, bytes } = setUp();
    const arns = new Set([TOPIC_ARN]);
    expect(await proof.verify(bytes(signer.notification('x')), arns)).toMatchObject({
      type: 'Notification',
      topicArn: TOPIC_ARN,
      region: 'eu-west-1',
      subscribeUrl: '',
    });
    expect(await proof.verify(bytes(signer.confirmation('SubscriptionConfirmation')), arns)).toMatchObject({
      type: 'SubscriptionConfirmation',
      subscribeUrl: SUBSCRIBE_URL,
    });
  });

  it.each(['Message', 'MessageId', 'Timestamp', 'TopicArn', 'Type', 'Subject'])(
    'in which %s was changed is refused',
    async (name) => {
      const { verdict } = setUp();
      const message = signer.notification('x', { Subject: 's' });
      const arn = `${TOPIC_ARN}2`;
      const value = { TopicArn: arn, Type: 'Notification ' }[name] ?? `${message[name]} `;
      expect(await verdict({ ...message, [name]: value }, [TOPIC_ARN, arn])).toBe(
        name === 'Type' ? 'PayloadInvalid' : 'SignatureMismatch',
      );
    },
  );

  it.each(['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token'])(
    'that asks for a confirmation, in which %s was changed, is refused',
    async (name) => {
      const { verdict } = setUp();
      const message = signer.confirmation('SubscriptionConfirmation');
      expect(await verdict({ ...message, [name]: `${message[name]} ` })).toBe('SignatureMismatch');
    },
  );

  it.each([
    ['a stranger’s signature', () => stranger.notification('x'), 'SignatureMismatch'],
    ['the other version', () => ({ ...signer.notification('x'), SignatureVersion: '2' }), 'SignatureMismatch'],
    ['an unknown version', () => ({ ...signer.notification('x'), SignatureVersion: '3' }), 'SignatureMalformed'],
    ['a version that is a number', () => ({ ...signer.notification('x'), SignatureVersion: 1 }), 'SignatureMalformed'],
    ['no signature', () => ({ ...signer.notification('x'), Signature: undefined }), 'SignatureMissing'],
    ['an empty signature', () => ({ ...signer.notification('x'), Signature: '' }), 'SignatureMalformed'],
    ['a signature that is no base64', () => ({ ...signer.notification('x'), Signature: '***' }), 'SignatureMalformed'],
    ['a huge signature', () => ({ ...signer.notification('x'), Signature: 'AAAA'.repeat(1000) }), 'SignatureMalformed'],
    ['an unknown Type', () => ({ ...signer.notification('x'), Type: 'constructor' }), 'PayloadInvalid'],
    ['no Type', () => ({ ...signer.notification('x'), Type: undefined }), 'PayloadInvalid'],
    ['no Message', () => ({ ...signer.notification('x'), Message: undefined }), 'PayloadInvalid'],
    ['a TopicArn that is no string', () => signer.notification('x', { TopicArn: 1 }), 'PayloadInvalid'],
    ['a TopicArn that is none', () => signer.notification('x', { TopicArn: 'x', Signature: '' }), 'TopicNotListed'],
    ['no JSON', () => 'hello', 'PayloadInvalid'],
    ['a list', () => [], 'PayloadInvalid'],
    ['two values', () => `${JSON.stringify(signer.notification('x'))}{}`, 'PayloadInvalid'],
  ])('with %s is refused', async (_what, message, code) => {
    const { verdict, asked } = setUp();
    expect(await verdict(message())).toBe(code);
    expect(asked.length).toBe(code === 'SignatureMismatch' ? 1 : 0);
  });

  it('of a topic that is not listed is refused, and nothing is fetched for it', async () => {
    const { verdict, asked } = setUp();
    expect(await verdict(signer.notification('x'), [`${TOPIC_ARN}-other`])).toBe('TopicNotListed');
    expect(await verdict(signer.notification('x'), [TOPIC_ARN.toUpperCase()])).toBe('TopicNotListed');
    expect(await verdict(signer.notification('x'), [])).toBe('TopicNotListed');
    expect(await verdict({ ...signer.notification('x'), Signature: undefined }, [])).toBe('TopicNotListed');
    expect(asked).toEqual([]);
  });
});

describe('the certificate', () => {
  const path = '/SimpleNotificationService-x.pem';

  it.each([
    ['arn:aws:sns:us-gov-west-1:1:t', 'https://sns.us-gov-west-1.amazonaws.com'],
    ['arn:aws-us-gov:sns:us-gov-west-1:1:t', 'https://sns.us-gov-west-1.amazonaws.com'],
    ['arn:aws-cn:sns:cn-north-1:1:t', 'https://sns.cn-north-1.amazonaws.com.cn'],
    ['arn:aws:sns:eu-west-1:1:t.fifo', 'https://sns.eu-west-1.amazonaws.com:443'],
  ])('of %s comes from %s', async (TopicArn, origin) => {
    const { verdict, asked } = setUp();
    for (const each of [path, '/other.pem', `/x${path}`]) {
      const message = signer.notification('x', { TopicArn, SigningCertURL: origin + each });
      expect(await verdict(message, [TopicArn])).toBe('genuine');
      expect(asked.splice(0)).toEqual([origin.replace(':443', '') + each]);
    }
  });

  it.each([
    `http://sns.eu-west-1.amazonaws.com${path}`,
    `https://sns.eu-west-1.amazonaws.com:8443${path}`,
    `https://user@sns.eu-west-1.amazonaws.com${path}`,
    `https://sns.eu-west-1.amazonaws.com.${path}`,
    `https://sns.us-east-1.amazonaws.com${path}`,
    `https://sns.eu-west-1.amazonaws.com.cn${path}`,
    `https://sns.eu-west-1.amazonaws.com.example.com${path}`,
    `https://evil.example.com/sns.eu-west-1.amazonaws.com${path}`,
    `https://sns.eu-west-1.amazonaws.com@evil.example.com${path}`,
    `https://sqs.eu-west-1.amazonaws.com${path}`,
    'https://sns.eu-west-1.amazonaws.com/?Action=GetTopicAttributes',
    'https://sns.eu-west-1.amazonaws.com/other',
    'https://sns.eu-west-1.amazonaws.com/other%2e.pem',
    'file:///etc/passwd',
    'no URL',
    '',
  ])('never comes from %s', async (SigningCertURL) => {
    const { verdict, asked } = setUp();
    expect(await verdict(signer.notification('x', { SigningCertURL }))).toBe('SignatureMalformed');
    expect(asked).toEqual([]);
  });

  it('is asked for without what a sender adds to its URL', async () => {
    const { verdict, asked } = setUp();
    expect(await verdict(signer.notification('x', { SigningCertURL: `${CERTIFICATE_URL}?a=b#c` }))).toBe('genuine');
    expect(asked).toEqual([CERTIFICATE_URL]);
  });

  it('is kept for a day', async () => {
    const { verdict, asked, pass } = setUp();
    for (const ms of [0, 86_399_999, 1]) {
      pass(ms);
      expect(await verdict(signer.notification('x'))).toBe('genuine');
    }
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['cannot be reached', down, 'CertificateUnreachable'],
    ['answers 500', answering(500), 'CertificateUnreachable'],
    ['answers 429', answering(429), 'CertificateUnreachable'],
    ['answers 404', answering(404), 'SignatureMalformed'],
    ['answers a redirect', answering(302), 'SignatureMalformed'],
    ['answers something else', () => '<html>', 'CertificateUnreachable'],
    ['has another key than RSA', async () => (await createSnsSigner('ECDSA')).certificatePem, 'CertificateUnreachable'],
  ])('whose server %s: %s', async (_what, answer, code) => {
    const { verdict, asked, pass } = setUp(answer);
    expect(await verdict(signer.notification('x'))).toBe(code);
    // For a moment nobody asks again.
    expect(await verdict(signer.notification('y'))).toBe(code);
    expect(asked).toHaveLength(1);
    pass(10_000);
    expect(await verdict(signer.notification('z'))).toBe(code);
    expect(asked).toHaveLength(2);
  });

  it.each([down, answering(404), () => '<html>'])('that cannot be had is told without its URL', async (answer) => {
    const { proof, bytes } = setUp(answer);
    const verifying = proof.verify(bytes(signer.notification('x')), new Set([TOPIC_ARN]));
    await expect(verifying).rejects.toMatchObject({ message: expect.not.stringContaining('.pem') });
  });

  it('is fetched once for all that wait for it, and no more than eight at once', async () => {
    const gate = Promise.withResolvers<string>();
    const { verdict, asked } = setUp(() => gate.promise);
    const of = (index: number) =>
      signer.notification('x', { SigningCertURL: CERTIFICATE_URL.replace('.pem', `${index}.pem`) });
    const waiting = Array.from({ length: 8 }, (_, index) => [verdict(of(index)), verdict(of(index))]).flat();
    expect(await verdict(of(8))).toBe('CertificateUnreachable');
    gate.resolve(signer.certificatePem);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['genuine']));
    expect(asked).toHaveLength(8);
  });
});

describe('a subscription', () => {
  const confirm = async (answer: Parameters<typeof setUp>[0], more: object = {}) => {
    const { proof, asked, bytes } = setUp((url) =>
      url === CERTIFICATE_URL ? signer.certificatePem : (answer?.(url) ?? ''),
    );
    const message = await proof.verify(
      bytes(signer.confirmation('SubscriptionConfirmation', { ...more })),
      new Set([TOPIC_ARN]),
    );
    const verdict = await proof.confirm(message).then(
      () => 'confirmed',
      (error: { code: string }) => error.code,
    );
    return { verdict, asked: asked.filter((url) => url !== CERTIFICATE_URL) };
  };

  it('is confirmed by one GET', async () => {
    expect(await confirm(() => '<ConfirmSubscriptionResponse/>')).toEqual({
      verdict: 'confirmed',
      asked: [SUBSCRIBE_URL],
    });
  });

  it.each([
    ['cannot be reached', down],
    ['answers 403', answering(403)],
    ['answers a redirect', answering(302)],
  ])('is not where the server %s', async (_what, answer) => {
    expect(await confirm(answer)).toEqual({ verdict: 'SubscriptionFailed', asked: [SUBSCRIBE_URL] });
  });

  it.each(['https://sns.us-east-1.amazonaws.com/', 'https://example.com/', 'http://sns.eu-west-1.amazonaws.com/', ''])(
    'is not at %s',
    async (SubscribeURL) => {
      expect(await confirm(() => '', { SubscribeURL })).toEqual({ verdict: 'SubscriptionFailed', asked: [] });
    },
  );
});
