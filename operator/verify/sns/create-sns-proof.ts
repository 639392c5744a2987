/** Proves that a message comes from a topic of Amazon SNS, and confirms subscriptions to it. */
import { type KeyObject, verify, X509Certificate } from 'node:crypto';
import { RequestError } from '../../api/errors.ts';
import { messageOf } from '../../api/message-of.ts';
import { createRemoteCache } from '../create-remote-cache.ts';
import { createTextFetcher, FetchError, type TextFetcher } from '../create-text-fetcher.ts';
import { isSnsUrl } from './is-sns-url.ts';
import { parseSnsMessage, type SnsMessage } from './sns-message.ts';

export interface SnsProof {
  /**
   * Proves the envelope of SNS that the body is. Nothing is fetched for a topic that is not listed.
   * @param topicArns the topics from which messages are taken.
   * @throws RequestError TopicNotListed, CertificateUnreachable (try again later), or that the message is not genuine:
   * PayloadInvalid, SignatureMissing, SignatureMalformed, SignatureMismatch.
   */
  verify(body: Buffer, topicArns: ReadonlySet<string>): Promise<SnsMessage>;
  /** Confirms the subscription that a proved message is about, by one GET. @throws RequestError SubscriptionFailed */
  confirm(message: SnsMessage): Promise<void>;
}

export interface SnsProofOptions {
  /** Milliseconds; only differences count. */
  readonly now: () => number;
  /** For tests: how to fetch. */
  readonly fetchText?: TextFetcher;
}

/** Certificates never change under their URL. */
const MAX_AGE_MS = 24 * 3_600_000;
const HOLD_FAILURE_MS = 10_000;
const MAX_CERTIFICATES = 100;
/** A sender names the certificate, before anything is proved. */
const MAX_FETCHES = 8;
/** As Amazon's own validators have it. */
const CERTIFICATE_PATH = /^\/[\w./-]{1,200}\.pem$/;
/** Answers by which a certificate may still be there: not signed in to a proxy, too slow, too often. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([407, 408, 429]);

export function createSnsProof({ now, fetchText = createTextFetcher({ accept: '*/*' }) }: SnsProofOptions): SnsProof {
  let fetches = 0;
  const certificates = createRemoteCache<KeyObject>({
    maxAgeMs: MAX_AGE_MS,
    minRefreshMs: MAX_AGE_MS,
    holdFailureMs: HOLD_FAILURE_MS,
    maxEntries: MAX_CERTIFICATES,
    now,
    async load(url) {
      if (fetches >= MAX_FETCHES) throw unreachable('too many are being fetched');
      fetches += 1;
      try {
        return publicKeyOf(await fetchCertificate(fetchText, url));
      } finally {
        fetches -= 1;
      }
    },
  });
  return {
    async verify(body, topicArns) {
      const message = parseSnsMessage(body, topicArns);
      const key = await certificates.get(certificateUrlOf(message));
      if (!verify(message.algorithm, message.signedBytes, key, message.signature)) {
        throw new RequestError('SignatureMismatch', 'the message is not signed by Amazon SNS');
      }
      return message;
    },
    async confirm({ subscribeUrl, region }) {
      const url = URL.parse(subscribeUrl);
      if (url === null || !isSnsUrl(url, region)) {
        throw new RequestError(
          'SubscriptionFailed',
          'SubscribeURL is not one of Amazon SNS in the region of the topic',
        );
      }
      await fetchText(url.href).catch((error: unknown) => {
        throw new RequestError('SubscriptionFailed', `the GET of SubscribeURL failed: ${messageOf(error)}`);
      });
    },
  };
}

function certificateUrlOf({ signingCertUrl, region }: SnsMessage): string {
  const url = URL.parse(signingCertUrl);
  if (url === null || !isSnsUrl(url, region) || !CERTIFICATE_PATH.test(url.pathname)) {
    throw new RequestError('SignatureMalformed', 'SigningCertURL is not one of Amazon SNS in the region of the topic');
  }
  return url.origin + url.pathname;
}

async function fetchCertificate(fetchText: TextFetcher, url: string): Promise<string> {
  try {
    return await fetchText(url);
  } catch (error) {
    if (error instanceof FetchError && error.status < 500 && !PASSING_STATUSES.has(error.status)) {
      throw new RequestError('SignatureMalformed', `SigningCertURL ${error.message}`, { cause: error });
    }
    throw unreachable(messageOf(error), error);
  }
}

function publicKeyOf(text: string): KeyObject {
  let key: KeyObject;
  try {
    key = new X509Certificate(text).publicKey;
  } catch (error) {
    throw unreachable('the answer is not a certificate', error);
  }
  if (key.asymmetricKeyType !== 'rsa') throw unreachable('it has no RSA key');
  return key;
}

/** Its URL is the sender's choice, so it stays out. */
function unreachable(reason: string, cause?: unknown): RequestError {
  return new RequestError('CertificateUnreachable', `the certificate of Amazon SNS: ${reason}`, { cause });
}
