/**
 * What Amazon SNS signs of a message, and how
 * (https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html).
 */
import { RequestError } from '../../api/errors.ts';
import { decodeBase64 } from '../decode-base64.ts';
import { isJsonObject } from '../is-json-object.ts';
import { parseJson } from '../parse-json.ts';

/** A message as it came, not yet proved. */
export interface SnsMessage {
  readonly type: SnsMessageType;
  readonly topicArn: string;
  /** Of the topic. */
  readonly region: string;
  readonly algorithm: 'RSA-SHA1' | 'RSA-SHA256';
  readonly signature: Buffer;
  readonly signedBytes: Buffer;
  readonly signingCertUrl: string;
  /** Of a SubscriptionConfirmation or an UnsubscribeConfirmation, else ''. */
  readonly subscribeUrl: string;
}

export type SnsMessageType = keyof typeof SIGNED_FIELDS;

type JsonObject = Readonly<Record<string, unknown>>;

const CONFIRMATION = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'] as const;
/** In the order in which they are signed; only `Subject` may be absent. */
const SIGNED_FIELDS = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: CONFIRMATION,
  UnsubscribeConfirmation: CONFIRMATION,
} as const;
const ALGORITHMS: ReadonlyMap<unknown, SnsMessage['algorithm']> = new Map([
  ['1', 'RSA-SHA1'],
  ['2', 'RSA-SHA256'],
]);
const TOPIC_ARN = /^arn:aws[a-z-]*:sns:([a-z\d-]+):\d+:[\w-]+(?:\.fifo)?$/;
/** Twice that of the longest RSA key in use. */
const MAX_SIGNATURE_BYTES = 1024;

/**
 * @param topicArns the topics from which messages are taken: of any other nothing more is read.
 * @throws RequestError PayloadInvalid, TopicNotListed, SignatureMissing, SignatureMalformed
 */
export function parseSnsMessage(body: Buffer, topicArns: ReadonlySet<string>): SnsMessage {
  const message = parseJson(body);
  if (!isJsonObject(message)) throw new RequestError('PayloadInvalid', 'not a message of Amazon SNS');
  const type = message.Type;
  if (!isMessageType(type)) throw new RequestError('PayloadInvalid', 'a message of Amazon SNS of an unknown Type');
  const topicArn = textOf(message, 'TopicArn');
  if (!topicArns.has(topicArn)) throw new RequestError('TopicNotListed', 'TopicArn is not listed');
  const region = TOPIC_ARN.exec(topicArn)?.[1];
  if (region === undefined) throw new RequestError('PayloadInvalid', 'TopicArn is not the ARN of a topic');
  return {
    type,
    topicArn,
    region,
    algorithm: algorithmOf(message),
    signature: signatureOf(message),
    signedBytes: signedBytesOf(message, type),
    signingCertUrl: textOf(message, 'SigningCertURL'),
    subscribeUrl: type === 'Notification' ? '' : textOf(message, 'SubscribeURL'),
  };
}

function isMessageType(type: unknown): type is SnsMessageType {
  return typeof type === 'string' && Object.hasOwn(SIGNED_FIELDS, type);
}

function algorithmOf({ SignatureVersion: version }: JsonObject): SnsMessage['algorithm'] {
  const algorithm = ALGORITHMS.get(version);
  if (algorithm === undefined) throw new RequestError('SignatureMalformed', 'SignatureVersion is neither 1 nor 2');
  return algorithm;
}

function signatureOf({ Signature: text }: JsonObject): Buffer {
  if (text === undefined) throw new RequestError('SignatureMissing', 'the message is not signed');
  const bytes = typeof text === 'string' ? decodeBase64(text) : undefined;
  if (bytes === undefined || bytes.length === 0 || bytes.length > MAX_SIGNATURE_BYTES) {
    throw new RequestError('SignatureMalformed', 'Signature is not base64 of a signature');
  }
  return bytes;
}

function signedBytesOf(message: JsonObject, type: SnsMessageType): Buffer {
  const parts = SIGNED_FIELDS[type]
    .filter((name) => name !== 'Subject' || message.Subject != null)
    .map((name) => `${name}\n${textOf(message, name)}\n`);
  return Buffer.from(parts.join(''));
}

function textOf(message: JsonObject, name: string): string {
  const value = message[name];
  if (typeof value !== 'string') throw new RequestError('PayloadInvalid', `${name} of the SNS message is not a string`);
  return value;
}
