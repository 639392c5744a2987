/** Messages as Amazon SNS sends and signs them, with a key and a certificate of the test's own. */
import 'reflect-metadata';
import { createSign, KeyObject, webcrypto } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';

export const TOPIC_ARN = 'arn:aws:sns:eu-west-1:111122223333:flux-events';
export const CERTIFICATE_URL = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem';
export const SUBSCRIBE_URL = `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC_ARN}&Token=2336412f37`;

export interface SnsSigner {
  readonly certificatePem: string;
  /** A Notification; what is given overwrites, before it is signed. */
  notification(message: unknown, more?: Fields): Fields;
  /** A SubscriptionConfirmation or an UnsubscribeConfirmation. */
  confirmation(type: string, more?: Fields): Fields;
}

type Fields = Readonly<Record<string, unknown>>;

export async function createSnsSigner(algorithm = 'RSASSA-PKCS1-v1_5'): Promise<SnsSigner> {
  const rsa = { name: algorithm, hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 };
  const keys = await webcrypto.subtle.generateKey(
    algorithm.startsWith('RSA') ? rsa : { name: 'ECDSA', namedCurve: 'P-256' },
    true,
    ['sign', 'verify'],
  );
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=sns.amazonaws.com',
    keys,
    signingAlgorithm: { name: algorithm, hash: 'SHA-256' },
  });
  const key = KeyObject.from(keys.privateKey);
  return {
    certificatePem: certificate.toString('pem'),
    notification: (message, more = {}) =>
      signed(key, {
        Type: 'Notification',
        MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
        TopicArn: TOPIC_ARN,
        Message: typeof message === 'string' ? message : JSON.stringify(message),
        Timestamp: '2026-05-02T00:54:06.655Z',
        SignatureVersion: '1',
        SigningCertURL: CERTIFICATE_URL,
        UnsubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
        ...more,
      }),
    confirmation: (type, more = {}) =>
      signed(key, {
        Type: type,
        MessageId: '165545c9-2a5c-472c-8df2-7ff2be2b3b1b',
        Token: '2336412f37',
        TopicArn: TOPIC_ARN,
        Message: `You have chosen to subscribe to the topic ${TOPIC_ARN}.`,
        SubscribeURL: SUBSCRIBE_URL,
        Timestamp: '2026-04-26T20:45:04.751Z',
        SignatureVersion: '1',
        SigningCertURL: CERTIFICATE_URL,
        ...more,
      }),
  };
}

/** As AWS documents it: each name and each value on a line of its own. */
function signed(key: KeyObject, message: Fields): Fields {
  const lines = [`Message\n${message.Message}\n`, `MessageId\n${message.MessageId}\n`];
  if (message.Type === 'Notification') {
    if (message.Subject !== undefined) lines.push(`Subject\n${message.Subject}\n`);
    lines.push(`Timestamp\n${message.Timestamp}\n`, `TopicArn\n${message.TopicArn}\n`, `Type\n${message.Type}\n`);
  } else {
    lines.push(`SubscribeURL\n${message.SubscribeURL}\n`, `Timestamp\n${message.Timestamp}\n`);
    lines.push(`Token\n${message.Token}\n`, `TopicArn\n${message.TopicArn}\n`, `Type\n${message.Type}\n`);
  }
  const sign = createSign(message.SignatureVersion === '2' ? 'RSA-SHA256' : 'RSA-SHA1').update(lines.join(''));
  return { Signature: sign.sign(key, 'base64'), ...message };
}
