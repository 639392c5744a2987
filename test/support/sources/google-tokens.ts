/** Stands in for Google's three services that give tokens, since Google itself cannot be had; checks what they would. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt } from 'jose';
import type { GoogleAddresses } from '../../../operator/sources/credentials/gcp.ts';

export interface GoogleTokens {
  readonly addresses: GoogleAddresses;
  /** What was asked of each, by its host at Google. */
  readonly asked: { readonly host: string; readonly fields: Readonly<Record<string, unknown>> }[];
  /** From now on they refuse with this status and code; undefined: they do not. */
  refuse(refusal: { status: number; error: string } | undefined): void;
  stop(): Promise<void>;
}

const LIFE_SECONDS = 3_600;

/** Tokens are `jwt-1`, `sts-2`, `iam-3`: by who gave them, counted. */
export async function startGoogleTokens(): Promise<GoogleTokens> {
  const asked: GoogleTokens['asked'] = [];
  let refusal: { status: number; error: string } | undefined;
  const server = createServer(async (request, response) => {
    const text = await textOf(request);
    const path = request.url ?? '';
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (refusal !== undefined) return answer(refusal.status, { error: refusal.error });
    const count = asked.length + 1;
    if (path === '/oauth2') {
      const { assertion } = Object.fromEntries(new URLSearchParams(text));
      asked.push({ host: 'oauth2.googleapis.com', fields: decodeJwt(assertion ?? '') });
      return answer(200, { access_token: `jwt-${count}`, expires_in: LIFE_SECONDS, token_type: 'Bearer' });
    }
    if (path === '/sts') {
      asked.push({ host: 'sts.googleapis.com', fields: Object.fromEntries(new URLSearchParams(text)) });
      return answer(200, { access_token: `sts-${count}`, expires_in: LIFE_SECONDS, token_type: 'Bearer' });
    }
    const { authorization } = request.headers;
    asked.push({ host: 'iamcredentials.googleapis.com', fields: { path, authorization, ...JSON.parse(text) } });
    const expireTime = new Date(Date.now() + LIFE_SECONDS * 1_000).toISOString();
    return answer(200, { accessToken: `iam-${count}`, expireTime });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    asked,
    addresses: {
      sts: `${url}/sts`,
      iam: url,
      fetch(input, init) {
        const { href } = new URL(input instanceof Request ? input.url : input);
        if (href !== 'https://oauth2.googleapis.com/token') throw new Error(`${href} is none of Google's for tokens`);
        return fetch(`${url}/oauth2`, init);
      },
    },
    refuse(next) {
      refusal = next;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}
