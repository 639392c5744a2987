/** Answers other replicas of this operator, and nobody else. */
import express from 'express';
import { createOpsServer, type OpsServer } from '../../http/ops-server.ts';
import type { Logger } from '../../observe/log.ts';
import { PEER_PATH } from './ask-peer.ts';
import type { IsPeer } from './peer-access.ts';
import type { OwnAnswers } from './peer-answer.ts';
import { parsePeerQuery } from './peer-query.ts';

export interface PeerServerOptions {
  readonly own: Pick<OwnAnswers, 'answer'>;
  readonly isPeer: IsPeer;
  readonly log: Logger;
}

/** How many records one answer has. */
const MAX_ITEMS = 1_000;

/** 401 without a body for who is no peer, whatever was asked. */
export function createPeerServer({ own, isPeer, log }: PeerServerOptions): OpsServer {
  const app = express();
  app.use(async (request, response, next) => {
    response.set('cache-control', 'no-store');
    if (await isPeer(request.headers.authorization)) next();
    else response.status(401).end();
  });
  app.get(PEER_PATH, (request, response) => {
    const query = parsePeerQuery(new URL(request.originalUrl, 'http://peer').searchParams);
    if (query === undefined) response.status(400).end();
    else response.json(own.answer(query, MAX_ITEMS));
  });
  return createOpsServer(app, log);
}
