/**
 * The records of all replicas, this one's among them. Each replica answers the others on `--peers-addr`, and knows itself
 * by its own answer; who does not answer in time is named.
 *
 * ```ts
 * const { items, partial, recordingSince } = await peers.ask({ object });
 * ```
 */
import { access } from 'node:fs/promises';
import { Counter } from 'prom-client';
import { messageOf } from '../../api/message-of.ts';
import type { Config } from '../../config.ts';
import type { Cluster } from '../../platform/cluster.ts';
import type { Journal } from '../records/journal.ts';
import { mergeRecords } from '../records/merge-records.ts';
import type { RecordView } from '../records/record-view.ts';
import { type AskOthersOptions, askOthers, type EachAnswer } from './ask-others.ts';
import { createPeerCaller } from './ask-peer.ts';
import { type BodiesAnswer, type BodiesQuestion, bodiesRoute } from './bodies-route.ts';
import { deliveriesRoute } from './deliveries-route.ts';
import { type HoursAnswer, type HoursQuestion, hoursRoute } from './hours-route.ts';
import { createPeerAccess } from './peer-access.ts';
import { createPeerAddresses } from './peer-addresses.ts';
import {
  createOwnAnswers,
  type OwnAnswers,
  type PeerAnswer,
  type PeerRecord,
  withoutLeaderFields,
} from './peer-answer.ts';
import type { PeerQuery } from './peer-query.ts';
import type { PeerIdentity, PeerRoute } from './peer-route.ts';
import { createPeerServer } from './peer-server.ts';
import { createPeerToken } from './peer-token.ts';
import { type UnknownAnswer, unknownRoute } from './unknown-route.ts';

/** What all replicas answered. Times are RFC 3339. */
export interface PeerAnswers {
  /** From the newest (`lastAt`) to the oldest; of each other replica at most 1,000. */
  readonly items: readonly RecordView[];
  /** Who did not answer: Pods, or addresses where a Pod is not known; the Service where replicas cannot be listed. */
  readonly partial: readonly string[];
  /** By replica. */
  readonly recordingSince: Readonly<Record<string, string>>;
  /** By replica; one that does not serve yet is missing. */
  readonly servingSince: Readonly<Record<string, string>>;
}

export interface Peers {
  /** @throws Error with one line when the address that was asked for cannot be had. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Whether there may be other replicas. */
  readonly enabled: boolean;
  /** Asks every replica. Never throws; takes about 2 s at most, 4 s while replicas are not listed yet. */
  ask(query?: PeerQuery): Promise<PeerAnswers>;
  /** Kept bodies; nobody else is asked for that of a delivery of this replica. Never throws; takes as long as `ask`. */
  bodies(question: BodiesQuestion): Promise<EachAnswer<BodiesAnswer>>;
  /** How many came, hour by hour. Never throws; takes as long as `ask`. */
  hours(question?: HoursQuestion): Promise<EachAnswer<HoursAnswer>>;
  /** Requests whose path nobody has. Never throws; takes as long as `ask`. */
  unknown(): Promise<EachAnswer<UnknownAnswer>>;
  /** The records of this replica, with what only a leader reads. */
  own(query: PeerQuery): PeerAnswer;
  /** Those of the others; as `ask`. */
  others(query: PeerQuery): Promise<readonly PeerRecord[]>;
}

export interface PeersOptions {
  readonly cluster: Pick<Cluster, 'client' | 'clock' | 'log' | 'metrics' | 'servingSinceMs'>;
  readonly config: Pick<Config, 'peersAddr' | 'peersService' | 'peersTokenFile' | 'runtimeNamespace'>;
  readonly journal: Journal;
  /** The name of this one. */
  readonly replica: string;
}

interface State {
  readonly options: PeersOptions;
  readonly own: OwnAnswers;
  readonly routes: Routes;
  readonly errors: Counter;
  others: AskOthersOptions | undefined;
  stopServer: (() => Promise<void>) | undefined;
}

interface Routes {
  readonly deliveries: PeerRoute<PeerQuery, PeerAnswer>;
  readonly bodies: PeerRoute<BodiesQuestion, BodiesAnswer>;
  readonly hours: PeerRoute<HoursQuestion, HoursAnswer>;
  readonly unknown: PeerRoute<object, UnknownAnswer>;
}

export function createPeers(options: PeersOptions): Peers {
  const { cluster, journal, replica } = options;
  const errors = new Counter({
    name: 'sluice_peer_errors_total',
    help: 'Requests to another replica for its deliveries that had no good answer in time',
    registers: [cluster.metrics.registry],
  });
  const servingSinceMs = () => cluster.servingSinceMs;
  const own = createOwnAnswers({ journal, replica, servingSinceMs, clock: cluster.clock });
  const routes = routesOf(options, own);
  const state: State = { options, own, routes, errors, others: undefined, stopServer: undefined };
  return {
    get enabled() {
      return state.others !== undefined;
    },
    own: own.answer,
    async others(query) {
      const { answers } = await ofOthers(state, routes.deliveries, query);
      return answers.flatMap(({ items }) => items);
    },
    async ask(query = {}) {
      const mine = own.answer(query);
      const { answers, partial } = await ofOthers(state, routes.deliveries, query);
      return merge([mine, ...answers], partial);
    },
    async bodies(question) {
      const mine = routes.bodies.answer(question);
      if (question.id !== undefined && mine.items.length > 0) return { answers: [mine], partial: [] };
      return askEach(state, routes.bodies, question);
    },
    hours: (question = {}) => askEach(state, routes.hours, question),
    unknown: () => askEach(state, routes.unknown, {}),
    start: () => start(state),
    stop: () => stop(state),
  };
}

function routesOf({ cluster: { clock }, journal, replica }: PeersOptions, own: OwnAnswers): Routes {
  const identity = { replica, recordingSince: new Date(journal.recordingSinceMs).toISOString() };
  return {
    deliveries: deliveriesRoute(own),
    bodies: bodiesRoute(journal, identity),
    hours: hoursRoute({ journal, identity, clock }),
    unknown: unknownRoute(journal, identity),
  };
}

async function start(state: State): Promise<void> {
  const { cluster, config, journal, replica } = state.options;
  const { client, clock, log } = cluster;
  const { peersAddr, peersService: service, peersTokenFile: file, runtimeNamespace: namespace } = config;
  if (peersAddr === undefined || file === '') return;
  if (!(await isThere(file))) {
    log.info({ file }, 'other replicas are not asked for deliveries: the file of --peers-token-file does not exist');
    return;
  }
  const token = createPeerToken(file, clock);
  const server = createPeerServer({
    routes: Object.values(state.routes),
    isPeer: createPeerAccess({ client, token, clock, log }),
    log,
  });
  try {
    await server.listen(peersAddr);
    state.stopServer = server.close;
  } catch (error) {
    if (peersAddr.spare !== true) throw error;
    log.warn({ error: messageOf(error) }, 'other replicas are not answered: set --peers-addr to a free address');
  }
  const addresses = createPeerAddresses({ client, namespace, service, log, clock });
  addresses.start();
  state.others = {
    others: { addresses, caller: createPeerCaller(), token, own: new Set() },
    ...{ replica, recordingSinceMs: journal.recordingSinceMs, service, clock, log },
    onError: () => state.errors.inc(),
  };
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function stop({ own, others, stopServer }: State): Promise<void> {
  own.stop();
  await Promise.all([stopServer?.(), others?.others.addresses.stop(), others?.others.caller.close()]);
}

async function askEach<Question, Answer extends PeerIdentity>(
  state: State,
  route: PeerRoute<Question, Answer>,
  question: Question,
): Promise<EachAnswer<Answer>> {
  const mine = route.answer(question);
  const { answers, partial } = await ofOthers(state, route, question);
  return { answers: [mine, ...answers], partial };
}

async function ofOthers<Question, Answer extends PeerIdentity>(
  { others }: State,
  route: PeerRoute<Question, Answer>,
  question: Question,
): Promise<EachAnswer<Answer>> {
  return others === undefined ? { answers: [], partial: [] } : await askOthers(others, route, question);
}

function merge(answers: readonly PeerAnswer[], partial: readonly string[]): PeerAnswers {
  const recordingSince: Record<string, string> = {};
  const servingSince: Record<string, string> = {};
  for (const answer of answers) {
    recordingSince[answer.replica] = answer.recordingSince;
    if (answer.servingSince !== undefined) servingSince[answer.replica] = answer.servingSince;
  }
  const items = mergeRecords(answers.flatMap((answer) => answer.items));
  const sorted = items.toSorted((a, b) => compare(timeOf(b), timeOf(a)) || compare(b.id, a.id));
  return {
    items: sorted.map(withoutLeaderFields),
    partial,
    recordingSince,
    servingSince,
  };
}

function timeOf({ lastAt }: PeerRecord): number {
  return Date.parse(lastAt);
}

function compare<T extends number | string>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
