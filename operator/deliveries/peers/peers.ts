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
import { createPeerCaller, type PeerCaller } from './ask-peer.ts';
import { createPeerAccess } from './peer-access.ts';
import { createPeerAddresses, type PeerAddress, type PeerAddresses } from './peer-addresses.ts';
import {
  createOwnAnswers,
  type OwnAnswers,
  type PeerAnswer,
  type PeerRecord,
  withoutLeaderFields,
} from './peer-answer.ts';
import type { PeerQuery } from './peer-query.ts';
import { createPeerServer } from './peer-server.ts';
import { createPeerToken, type PeerToken } from './peer-token.ts';

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

/** What there is where there are peers. */
interface Others {
  readonly addresses: PeerAddresses;
  readonly caller: PeerCaller;
  readonly token: PeerToken;
  /** Those at which this replica answered itself. */
  readonly own: Set<string>;
}

interface State {
  readonly options: PeersOptions;
  readonly own: OwnAnswers;
  readonly errors: Counter;
  others: Others | undefined;
  stopServer: (() => Promise<void>) | undefined;
}

/** How long the first list of replicas is waited for. */
const FIRST_LIST_MS = 2_000;

export function createPeers(options: PeersOptions): Peers {
  const { cluster, journal, replica } = options;
  const errors = new Counter({
    name: 'sluice_peer_errors_total',
    help: 'Requests to another replica for its deliveries that had no good answer in time',
    registers: [cluster.metrics.registry],
  });
  const servingSinceMs = () => cluster.servingSinceMs;
  const own = createOwnAnswers({ journal, replica, servingSinceMs, clock: cluster.clock });
  const state: State = { options, own, errors, others: undefined, stopServer: undefined };
  return {
    get enabled() {
      return state.others !== undefined;
    },
    own: own.answer,
    async others(query) {
      const { answers } = await askOthers(state, query);
      return answers.flatMap(({ items }) => items);
    },
    async ask(query = {}) {
      const mine = own.answer(query);
      const { answers, partial } = await askOthers(state, query);
      return merge([mine, ...answers], partial);
    },
    start: () => start(state),
    stop: () => stop(state),
  };
}

async function start(state: State): Promise<void> {
  const { cluster, config } = state.options;
  const { client, clock, log } = cluster;
  const { peersAddr, peersService: service, peersTokenFile: file, runtimeNamespace: namespace } = config;
  if (peersAddr === undefined || !(await isThere(file))) return;
  const token = createPeerToken(file, clock);
  const server = createPeerServer({ own: state.own, isPeer: createPeerAccess({ client, token, clock }), log });
  try {
    await server.listen(peersAddr);
    state.stopServer = server.close;
  } catch (error) {
    if (peersAddr.spare !== true) throw error;
    log.warn({ error: messageOf(error) }, 'other replicas are not answered: set --peers-addr to a free address');
  }
  const addresses = createPeerAddresses({ client, namespace, service, log, clock });
  addresses.start();
  state.others = { addresses, caller: createPeerCaller(), token, own: new Set() };
}

async function isThere(file: string): Promise<boolean> {
  if (file === '') return false;
  return access(file).then(
    () => true,
    () => false,
  );
}

async function stop({ own, others, stopServer }: State): Promise<void> {
  own.stop();
  await Promise.all([stopServer?.(), others?.addresses.stop(), others?.caller.close()]);
}

interface OthersAnswers {
  readonly answers: readonly PeerAnswer[];
  readonly partial: readonly string[];
}

async function askOthers(state: State, query: PeerQuery): Promise<OthersAnswers> {
  const { others, options } = state;
  if (others === undefined) return { answers: [], partial: [] };
  const addresses = await listed(others, options);
  if (addresses === undefined) return { answers: [], partial: [options.config.peersService] };
  const asked = await Promise.all(
    addresses.filter(({ address }) => !others.own.has(address)).map((peer) => askOne(state, others, peer, query)),
  );
  const answers = asked.flatMap(({ answer }) => (answer === undefined ? [] : [answer]));
  // A replica has several addresses where there is IPv4 and IPv6.
  const heard = new Set(asked.filter(({ answer }) => answer !== undefined).map(({ name }) => name));
  const silent = asked.map(({ name }) => name).filter((name) => !heard.has(name) && name !== options.replica);
  return { answers: answers.filter((answer) => !isOwn(options, answer)), partial: silent };
}

async function listed({ addresses }: Others, { cluster }: PeersOptions): Promise<readonly PeerAddress[] | undefined> {
  if (addresses.list() === undefined) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = cluster.clock.setTimeout(resolve, FIRST_LIST_MS);
    await Promise.race([addresses.whenListed(), promise]);
    timer.cancel();
  }
  return addresses.list();
}

interface Asked {
  readonly name: string;
  /** Undefined: it did not answer. */
  readonly answer: PeerAnswer | undefined;
}

async function askOne(state: State, others: Others, peer: PeerAddress, query: PeerQuery): Promise<Asked> {
  const { address, name } = peer;
  try {
    const answer = await others.caller.ask(address, await others.token(), query);
    if (isOwn(state.options, answer)) others.own.add(address);
    return { name, answer };
  } catch (error) {
    state.errors.inc();
    state.options.cluster.log.debug({ replica: name, error: messageOf(error) }, 'another replica did not answer');
    return { name, answer: undefined };
  }
}

function isOwn({ replica, journal }: PeersOptions, answer: PeerAnswer): boolean {
  return answer.replica === replica && Date.parse(answer.recordingSince) === journal.recordingSinceMs;
}

/** A replica that has several addresses counts once. */
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
    partial: [...new Set(partial)].sort(),
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
