/** A delivery as a chain: what happened one after the other, and the first link that is broken. */
import type { Follow, RecordView, TargetResult } from '../api/types.ts';
import { announcedWords, shortRevision } from './revision-words.ts';
import { filteredSentence, sentenceOfCode, sentenceOfPending, sentenceOfState } from './sentence.ts';
import { troubleCode } from './trouble-code.ts';

/** `stopped`: it ended here as it should. `unknown`: it was not come to, or nobody looks. */
export type LinkState = 'done' | 'broken' | 'waiting' | 'stopped' | 'unknown';

export interface Link {
  readonly name: string;
  readonly state: LinkState;
  /** RFC 3339; '': not known. */
  readonly at: string;
  /** It was then, or before. */
  readonly upTo?: boolean;
  /** What is known besides: a revision, a credential. */
  readonly detail: string;
}

export interface Chain {
  readonly links: readonly Link[];
  /** Of the first link that is not done; undefined: all are, or nothing can be said. */
  readonly sentence?: {
    /** Why, and what to do, without a full stop. */
    readonly text: string;
    /** The name of the link. */
    readonly link: string;
    readonly state: LinkState;
    /** The code, or the state of the source. */
    readonly code: string;
    /** What somebody else said: the source's own message. */
    readonly message: string;
  };
}

/** Codes of requests that were refused before a proof was asked for. */
const BEFORE_PROOF: ReadonlySet<string> = new Set([
  'PathUnknown',
  'PathWithdrawn',
  'MethodNotAllowed',
  'ReceiverUnavailable',
  'BodyTooLarge',
  'BodyIncomplete',
  'BodiesFull',
  'RefusedTooOften',
  'ExpectationFailed',
  'Malformed',
  'HeadersTooLarge',
  'TimedOut',
]);
/** And of those whose proof was good. */
const AFTER_PROOF = /^(?:Event|Filter|Target|Internal|Pending|poison|failing|away)/;
const HAS_ARTIFACT = /^(?:GitRepository|OCIRepository|HelmRepository|HelmChart|Bucket|ExternalArtifact)\//;

/** @param target one of the record's; without it the record speaks for all. */
export function chainOf(record: RecordView, target?: TargetResult): Chain {
  return record.object.kind === 'Alert' ? chainOfNotification(record) : chainOfWebhook(record, target);
}

function chainOfWebhook(record: RecordView, target: TargetResult | undefined): Chain {
  const arrived = record.announced === undefined ? 'Received' : 'Pushed';
  const received = link(arrived, record.at, [record.event ?? '', announcedWords(record.announced)]);
  const verified = verifiedLink(record);
  const stage = refusedStage(record);
  if (stage === 'received') return brokenAt(record, [], received, ['Verified', 'Annotated']);
  if (stage === 'verified') return brokenAt(record, [received], verified, ['Annotated']);
  const done = record.origin === 'catch-up' ? [received] : [received, verified];
  return afterProof(record, done, target ?? leastAdvanced(record));
}

/** When it was verified is not recorded: before anything was annotated, and before the answer. */
function verifiedLink(record: RecordView): Link {
  const { origin, verdict, targets } = record;
  const before = link('Verified', '', [proofOf(record)]);
  if (origin !== 'http' || record.object.kind !== 'Receiver') return before;
  const answered = answeredAt(record);
  const annotated = targets.flatMap(({ requestedAt }) => (requestedAt === undefined ? [] : [requestedAt]));
  const [first = answered] = [...annotated, answered].sort((a, b) => Date.parse(a) - Date.parse(b));
  return { ...before, at: first, upTo: verdict !== 'refused' };
}

function answeredAt({ at, ms }: RecordView): string {
  return new Date(Date.parse(at) + ms).toISOString();
}

function refusedStage({ verdict, code }: RecordView): 'received' | 'verified' | undefined {
  if (verdict !== 'refused' || AFTER_PROOF.test(code)) return undefined;
  return BEFORE_PROOF.has(code) ? 'received' : 'verified';
}

/** A record's targets have the failed ones first; then those that are followed and are not there yet. */
function leastAdvanced({ targets = [], follow }: RecordView): TargetResult | undefined {
  const failed = targets.find(({ outcome }) => outcome === 'failed' || outcome === 'pending');
  const same = targets.find((target) => target.follow !== undefined && target.follow.state === follow?.state);
  return failed ?? same ?? targets.find(({ outcome }) => outcome !== 'filtered') ?? targets[0];
}

function afterProof(record: RecordView, done: readonly Link[], target: TargetResult | undefined): Chain {
  const annotated = link('Annotated', target?.requestedAt ?? '', [nameOf(target?.ref ?? '')]);
  if (target === undefined) {
    if (record.verdict === 'accepted')
      return { links: [...done, { ...annotated, state: 'unknown', detail: 'no target' }] };
    return brokenAt(record, done, annotated, []);
  }
  if (target.outcome === 'filtered') {
    const fault = {
      text: filteredSentence,
      link: annotated.name,
      state: 'stopped' as const,
      code: 'Filtered',
      message: '',
    };
    return { links: [...done, { ...annotated, state: 'stopped', detail: 'filtered' }], sentence: fault };
  }
  if (target.outcome === 'failed' || target.outcome === 'pending') {
    const code = troubleCode(target.code) || record.code;
    // A message that has failed comes again.
    const verdict = target.outcome === 'pending' || record.verdict === 'pending' ? 'pending' : 'refused';
    return brokenAt({ ...record, code, verdict }, done, annotated, []);
  }
  return afterAnnotation(record, [...done, annotated], target);
}

/** By what the source says of it. */
function afterAnnotation({ announced }: RecordView, done: readonly Link[], { ref, follow }: TargetResult): Chain {
  if (follow === undefined) return { links: done };
  const { state, handledAt = '', artifactAt = '', revision = '' } = follow;
  const handled = link('Handled', handledAt, []);
  const fetched = HAS_ARTIFACT.test(ref) ? [link('Fetched', artifactAt, [shortRevision(revision)])] : [];
  const change = changes[state];
  const links = [...done, ...change(handled, fetched, follow)];
  const open = links.find((each) => each.state !== 'done');
  const sentence = sentenceOfState(state, ref, announced);
  if (open === undefined || sentence === undefined) return { links };
  const { message = '' } = follow;
  return { links, sentence: { text: sentence, link: open.name, state: open.state, code: state, message } };
}

/** What the links after the annotation are; `fetched` is empty for a kind without an artifact. */
type Change = (handled: Link, fetched: readonly Link[], follow: Follow) => readonly Link[];

const changes: Readonly<Record<Follow['state'], Change>> = {
  waiting: (handled, fetched) => [{ ...handled, state: 'waiting', detail: 'not yet' }, ...unknown(fetched)],
  suspended: (handled, fetched) => [{ ...handled, state: 'broken', detail: 'suspended' }, ...unknown(fetched)],
  lagging: (handled, fetched, follow) => [
    handled,
    ...fetched.map((each): Link => ({ ...each, at: '', state: 'waiting', detail: laggingWords(follow) })),
  ],
  failed: (handled, fetched) => {
    const [last = handled] = fetched;
    const failed: Link = { ...last, at: last === handled ? last.at : '', state: 'broken', detail: 'failed' };
    return last === handled ? [failed] : [handled, failed];
  },
  unfollowed: (handled, fetched) => {
    if (handled.at === '') return [{ ...handled, state: 'unknown', detail: 'not followed' }];
    return [handled, ...fetched.map((each): Link => ({ ...each, at: '', state: 'stopped', detail: 'not followed' }))];
  },
  superseded: (handled, fetched) => [
    handled,
    ...fetched.map((each) => ({ ...each, detail: supersededWords(each.detail) })),
  ],
  fresh: (handled, fetched, { appliedAt = '' }) => [
    handled,
    ...fetched,
    ...(appliedAt === '' ? [] : [link('Applied', appliedAt, [])]),
  ],
};

function unknown(links: readonly Link[]): readonly Link[] {
  return links.map((each) => ({ ...each, state: 'unknown', at: '', detail: '' }));
}

function laggingWords({ revision = '', nudges = 0 }: Follow): string {
  const still = revision === '' ? 'not yet' : `still ${shortRevision(revision)}`;
  return nudges === 0 ? still : `${still}, asked again ${nudges}×`;
}

function supersededWords(revision: string): string {
  return revision === '' ? 'superseded' : `superseded by ${revision}`;
}

function chainOfNotification(record: RecordView): Chain {
  const received = link('Received', record.at, [record.reason ?? '', record.severity ?? '']);
  const { provider = '', status, attempts = 0, verdict } = record;
  const details = [
    status === undefined ? provider : `${provider} answered ${status}`,
    attempts < 2 ? '' : `${attempts} attempts`,
  ];
  const sent = link('Sent', verdict === 'accepted' ? answeredAt(record) : '', [details.filter(Boolean).join(', ')]);
  if (record.verdict === 'accepted') return { links: [received, sent] };
  if (record.verdict === 'ignored') {
    const text = sentenceOfCode(record.code) ?? 'A rule of the Alert leaves it out';
    const fault = { text, link: 'Sent', state: 'stopped' as const, code: record.code, message: '' };
    return { links: [received, { ...sent, state: 'stopped', detail: 'left out by a rule' }], sentence: fault };
  }
  return brokenAt(record, [received], sent, []);
}

const openStates: Readonly<Record<RecordView['verdict'], LinkState>> = {
  accepted: 'unknown',
  pending: 'waiting',
  refused: 'broken',
  ignored: 'stopped',
};

function brokenAt(record: RecordView, done: readonly Link[], at: Link, rest: readonly string[]): Chain {
  const { verdict, code } = record;
  const state = openStates[verdict];
  const words = troubleCode(code) || verdict;
  const links: readonly Link[] = [
    ...done,
    { ...at, state, detail: done.length === 0 || at.name === 'Sent' ? at.detail : words },
    ...rest.map((name): Link => ({ name, state: 'unknown', at: '', detail: '' })),
  ];
  const sentence = verdict === 'pending' ? sentenceOfPending(code) : sentenceOfCode(code);
  if (sentence === undefined) return { links };
  return { links, sentence: { text: sentence, link: at.name, state, code, message: '' } };
}

function proofOf({ origin, credential }: RecordView): string {
  if (origin === 'replayed') return 'skipped: replayed';
  return credential === undefined ? '' : `by ${credential}`;
}

function nameOf(ref: string): string {
  const [kind = '', , name = ''] = ref.split('/');
  return name === '' ? '' : `${kind} ${name}`;
}

function link(name: string, at: string, details: readonly string[]): Link {
  return { name, state: 'done', at, detail: details.filter((detail) => detail !== '').join(' ') };
}
