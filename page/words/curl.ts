/** A delivery as commands for a shell, with placeholders for what is secret. */
import type { RecordView } from '../api/types.ts';
import { eventHeaders } from './event-headers.ts';

const hmac = (algorithm: string): string =>
  `$(openssl dgst -${algorithm} -hmac "$TOKEN" < payload.json | sed 's/^.* //')`;
const BEARER = 'Authorization: Bearer $ID_TOKEN';

/** By type: what proves a request. A type that is absent is proved by its body or path alone, or by what no shell makes. */
const proofs: Readonly<Record<string, string>> = {
  github: `X-Hub-Signature-256: sha256=${hmac('sha256')}`,
  bitbucket: `X-Hub-Signature-256: sha256=${hmac('sha256')}`,
  'generic-hmac': `X-Signature: sha256=${hmac('sha256')}`,
  nexus: `X-Nexus-Webhook-Signature: ${hmac('sha1')}`,
  gitlab: 'X-Gitlab-Token: $TOKEN',
  harbor: 'Authorization: $TOKEN',
  'generic-oidc': BEARER,
  gcr: BEARER,
  pubsub: BEARER,
  eventgrid: BEARER,
};

/** @param url '': a placeholder stands for it. @param body the kept one; '': the reader has it in payload.json. */
export function curlOf({ type = '', event = '' }: RecordView, url: string, body: string): string {
  const eventHeader = eventHeaders[type];
  const proof = proofs[type];
  const arguments_ = [
    `curl -X POST ${url === '' ? '"$WEBHOOK_URL"' : quoted(url)}`,
    `-H ${quoted('Content-Type: application/json')}`,
    ...(eventHeader === undefined || event === '' ? [] : [`-H ${quoted(`${eventHeader}: ${event}`)}`]),
    ...(proof === undefined ? [] : [`-H "${proof}"`]),
    '--data-binary @payload.json',
  ];
  const command = arguments_.join(' \\\n  ');
  return body === '' ? command : `cat > payload.json <<'END_OF_PAYLOAD'\n${body}\nEND_OF_PAYLOAD\n${command}`;
}

/** A sender chose it: the shell takes nothing in it for a command. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
