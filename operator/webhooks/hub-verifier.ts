/**
 * GitHub's way to sign, which Gitea, Forgejo and Bitbucket share: `X-Hub-Signature-256`, else the older
 * `X-Hub-Signature`, over the raw body; the body is JSON, or a form with the JSON in it.
 */
import { RequestError } from '../api/errors.ts';
import { formPayload } from '../verify/form-payload.ts';
import { mediaType } from '../verify/media-type.ts';
import { singleHeader } from '../verify/single-header.ts';
import { signatureVerifier } from './signature-verifier.ts';
import type { RequestHead, WebhookVerifier } from './webhook-type.ts';

function contentTypeOf(head: RequestHead): 'json' | 'form' {
  const type = mediaType(head.headers['content-type']);
  if (type === 'application/json') return 'json';
  if (type === 'application/x-www-form-urlencoded') return 'form';
  throw new RequestError('ContentTypeUnsupported', `content type ${JSON.stringify(type.slice(0, 100))}`);
}

function readSignature(head: RequestHead): string | undefined {
  const older = singleHeader(head, 'x-hub-signature');
  return singleHeader(head, 'x-hub-signature-256') ?? older;
}

/** What is asked of a request beside its signature. */
export const hubForm: WebhookVerifier = {
  head(head) {
    const type = contentTypeOf(head);
    return (body) => {
      if (type === 'form') formPayload(body);
      return {};
    };
  },
};

export function hubVerifier(token: Buffer): WebhookVerifier {
  const signature = signatureVerifier(token, readSignature);
  return {
    head(head) {
      const judgeForm = hubForm.head(head);
      const judgeBody = signature.head(head);
      return (body) => {
        const verified = judgeBody(body);
        judgeForm(body);
        return verified;
      };
    },
  };
}
