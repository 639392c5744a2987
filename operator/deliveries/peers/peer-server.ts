/** Answers other replicas of this operator, and nobody else. */
import express from 'express';
import { createOpsServer, type OpsServer } from '../../http/ops-server.ts';
import type { Logger } from '../../observe/log.ts';
import type { IsPeer } from './peer-access.ts';
import type { PeerIdentity, PeerRoute } from './peer-route.ts';

/** A route whatever it asks. */
export type AnyPeerRoute = Pick<PeerRoute<never, PeerIdentity>, 'path' | 'parse' | 'answer' | 'send'>;

export interface PeerServerOptions {
  readonly routes: readonly AnyPeerRoute[];
  readonly isPeer: IsPeer;
  readonly log: Logger;
}

/** 401 without a body for who is no peer, whatever was asked. */
export function createPeerServer({ routes, isPeer, log }: PeerServerOptions): OpsServer {
  const app = express();
  app.use(async (request, response, next) => {
    response.set('cache-control', 'no-store');
    if (await isPeer(request.headers.authorization)) next();
    else response.status(401).end();
  });
  for (const { path, parse, answer, send = asItIs } of routes) {
    app.get(path, (request, response) => {
      const question = parse(new URL(request.originalUrl, 'http://peer').searchParams);
      if (question === undefined) response.status(400).end();
      else response.json(send(answer(question)));
    });
  }
  return createOpsServer(app, log);
}

function asItIs<T>(answer: T): T {
  return answer;
}
