/** Asks all other replicas the same: who does not answer in time is named. */
import { messageOf } from '../../api/message-of.ts';
import type { Clock } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';
import type { PeerCaller } from './ask-peer.ts';
import type { PeerAddress, PeerAddresses } from './peer-addresses.ts';
import type { PeerIdentity, PeerRoute } from './peer-route.ts';
import type { PeerToken } from './peer-token.ts';

/** What there is where there are peers. */
export interface Others {
  readonly addresses: PeerAddresses;
  readonly caller: PeerCaller;
  readonly token: PeerToken;
  /** Those at which this replica answered itself. */
  readonly own: Set<string>;
}

export interface AskOthersOptions {
  readonly others: Others;
  /** The name of this one, and since when it records. */
  readonly replica: string;
  readonly recordingSinceMs: number;
  /** Of which they are the endpoints. */
  readonly service: string;
  readonly clock: Pick<Clock, 'setTimeout'>;
  readonly log: Logger;
  /** Called for each address that gives no good answer. */
  readonly onError: () => void;
}

/** What replicas answered. */
export interface EachAnswer<Answer> {
  /** One of each. */
  readonly answers: readonly Answer[];
  /** Who did not answer: Pods, or addresses where a Pod is not known; the Service where replicas cannot be listed. */
  readonly partial: readonly string[];
}

/** How long the first list of replicas is waited for. */
const FIRST_LIST_MS = 2_000;

/** Never throws; takes about 2 s at most, 4 s while replicas are not listed yet. */
export async function askOthers<Question, Answer extends PeerIdentity>(
  options: AskOthersOptions,
  route: PeerRoute<Question, Answer>,
  question: Question,
): Promise<EachAnswer<Answer>> {
  const { others, service, replica } = options;
  const addresses = await listed(options);
  if (addresses === undefined) return { answers: [], partial: [service] };
  const ask = (peer: PeerAddress) => askOne({ options, route, question }, peer);
  const asked = await Promise.all(addresses.filter(({ address }) => !others.own.has(address)).map(ask));
  // A replica has several addresses where there is IPv4 and IPv6.
  const answers = new Map(
    asked.flatMap(({ answer }) =>
      answer === undefined ? [] : [[`${answer.replica} ${answer.recordingSince}`, answer] as const],
    ),
  );
  const heard = new Set(asked.filter(({ answer }) => answer !== undefined).map(({ name }) => name));
  const silent = asked.map(({ name }) => name).filter((name) => !heard.has(name) && name !== replica);
  return {
    answers: [...answers.values()].filter((answer) => !isOwn(options, answer)),
    partial: [...new Set(silent)].sort(),
  };
}

async function listed({ others: { addresses }, clock }: AskOthersOptions): Promise<readonly PeerAddress[] | undefined> {
  if (addresses.list() === undefined) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = clock.setTimeout(resolve, FIRST_LIST_MS);
    await Promise.race([addresses.whenListed(), promise]);
    timer.cancel();
  }
  return addresses.list();
}

interface Asking<Question, Answer extends PeerIdentity> {
  readonly options: AskOthersOptions;
  readonly route: PeerRoute<Question, Answer>;
  readonly question: Question;
}

interface Asked<Answer> {
  readonly name: string;
  /** Undefined: it did not answer. */
  readonly answer: Answer | undefined;
}

async function askOne<Question, Answer extends PeerIdentity>(
  { options, route, question }: Asking<Question, Answer>,
  { address, name }: PeerAddress,
): Promise<Asked<Answer>> {
  const { caller, token, own } = options.others;
  try {
    const answer = await caller.ask({ address, token: await token() }, route, question);
    if (isOwn(options, answer)) own.add(address);
    return { name, answer };
  } catch (error) {
    options.onError();
    options.log.debug({ replica: name, error: messageOf(error) }, 'another replica did not answer');
    return { name, answer: undefined };
  }
}

function isOwn({ replica, recordingSinceMs }: AskOthersOptions, answer: PeerIdentity): boolean {
  return answer.replica === replica && Date.parse(answer.recordingSince) === recordingSinceMs;
}
