/** The links between a sender and the targets of a Receiver, in their order, and how each is found to hold or not. */
import { fixOf } from '../api/fixes.ts';
import type { Condition } from '../api/meta.ts';
import { resolvedRefsReasons } from '../api/resolved-refs-reasons.ts';
import type { RecordView } from '../deliveries/records/record-view.ts';
import type { Link } from './link.ts';
import { checkName, checkTls } from './reachability.ts';

/** As the API shows it. */
export interface ShownReceiver {
  readonly conditions: readonly Condition[];
  /** Absent where there is none, or the caller may not see it. */
  readonly url?: string;
}

export interface Facts {
  readonly receiver: ShownReceiver;
  /** From the newest to the oldest. */
  readonly deliveries: readonly RecordView[];
  /** What a request with nothing in it would be answered; `fault`: of a filter that does not compile; undefined: not known. */
  readonly probe: { readonly path: string; readonly code: string } | { readonly fault: string } | undefined;
}

export interface NamedLink {
  readonly name: string;
  readonly check: (facts: Facts) => Link | Promise<Link>;
}

const SECRET = 'TokenNotFound';
const FILTER = 'InvalidCELExpression';

export const links: readonly NamedLink[] = [
  { name: 'Secret', check: checkSecret },
  { name: 'path', check: checkPath },
  { name: 'URL resolves', check: checkUrl },
  { name: 'TLS', check: ({ receiver: { url } }) => (url === undefined ? skipped('there is no URL') : checkTls(url)) },
  { name: 'filter compiles', check: checkFilter },
  { name: 'targets', check: checkTargets },
  { name: 'last deliveries', check: checkDeliveries },
  { name: 'follow-up', check: checkFollowUp },
];

const ok = (detail: string): Link => ({ outcome: 'ok', detail });
const skipped = (detail: string): Link => ({ outcome: 'skipped', detail });
const broken = (detail: string, fix: string): Link => ({ outcome: 'broken', detail, fix });

function conditionOf({ receiver }: Pick<Facts, 'receiver'>, type: string): Condition | undefined {
  return receiver.conditions.find((condition) => condition.type === type);
}

function checkSecret(facts: Facts): Link {
  const ready = conditionOf(facts, 'Ready');
  if (ready === undefined && isUnavailable(facts))
    return skipped('a Receiver that is suspended from its start needs none');
  if (ready === undefined) {
    return broken('no operator has handled the Receiver', 'see that an operator runs, leads and watches the namespace');
  }
  if (ready.reason !== SECRET) return ok('the type has what it needs of it');
  return broken(ready.message, 'create the Secret, or add the key; the Receiver follows at once');
}

function isUnavailable({ probe }: Facts): boolean {
  return probe !== undefined && 'code' in probe && probe.code === 'ReceiverUnavailable';
}

function checkPath(facts: Facts): Link {
  const ready = conditionOf(facts, 'Ready');
  const { probe } = facts;
  if (ready?.status === 'False' && ready.reason !== FILTER) {
    const fix = ready.reason === 'PathCollision' ? 'give the Receiver another token' : 'correct what the message names';
    return broken(`${ready.reason}: ${ready.message}`, fix);
  }
  if (isUnavailable(facts)) {
    return broken('the Receiver is suspended', 'set spec.suspend to false, for example with flux resume receiver');
  }
  if (probe !== undefined && 'path' in probe && probe.path === 'unknown') {
    return broken('the operator serves no path of it', 'see its conditions and the log');
  }
  return ok('the operator serves it');
}

function checkUrl(facts: Facts): Link | Promise<Link> {
  const { url } = facts.receiver;
  if (url !== undefined) return checkName(url);
  const exposed = conditionOf(facts, 'Exposed');
  if (exposed?.status !== 'False') return skipped('the Receiver has no URL in its status, or you may not see it');
  if (conditionOf(facts, 'Ready')?.reason === FILTER) return skipped('a Receiver with a broken filter has none');
  if (arrived(facts).length > 0) return skipped(`${exposed.message}; webhooks arrive all the same`);
  return broken(exposed.message, 'see docs/expose.md, Exposed');
}

function checkFilter(facts: Facts): Link {
  const { probe } = facts;
  const ready = conditionOf(facts, 'Ready');
  const fault = probe !== undefined && 'fault' in probe ? probe.fault : undefined;
  const message = fault ?? (ready?.reason === FILTER ? ready.message : undefined);
  if (message === undefined) return ok('or there is none');
  return broken(message, 'correct the filter at this place; sluice explain -f tries it without a cluster');
}

function checkTargets(facts: Facts): Link {
  const resolved = conditionOf(facts, 'ResolvedRefs');
  if (resolved === undefined) return skipped('the condition ResolvedRefs is not set yet');
  if (resolved.status !== 'False') return ok(resolved.message);
  const known: Readonly<Record<string, { readonly remedy: string }>> = resolvedRefsReasons;
  const fix = known[resolved.reason]?.remedy || 'correct spec.resources';
  return broken(`${resolved.reason}: ${resolved.message}`, fix);
}

function checkDeliveries(facts: Facts): Link {
  const delivering = conditionOf(facts, 'Delivering');
  const [newest] = arrived(facts);
  if (newest?.verdict === 'refused') {
    const detail = `${newest.code}: the last webhook was refused at ${newest.lastAt}`;
    return broken(detail, fixOf(newest.code) ?? 'see the log of the operator');
  }
  if (delivering?.status === 'False') return broken(delivering.message, "look at the sender's page of the webhook");
  if (newest !== undefined) return ok(`the last webhook was ${newest.verdict} at ${newest.lastAt}`);
  if (delivering?.status === 'True') return ok(delivering.message);
  return broken('no webhook has arrived', 'enter status.url of the Receiver at the sender, and send one');
}

/** What senders sent. */
function arrived({ deliveries }: Facts): readonly RecordView[] {
  return deliveries
    .filter(({ origin }) => origin === 'http' || origin === 'broker')
    .toSorted((a, b) => (a.lastAt < b.lastAt ? 1 : -1));
}

const FOLLOW_FIXES: Readonly<Record<string, string>> = {
  lagging: "see the target's interval and log: it was asked, and has not fetched what was announced",
  failed: "correct what the target's own condition Ready says",
  suspended: 'resume the target, for example with flux resume',
};

function checkFollowUp(facts: Facts): Link {
  const last = arrived(facts).find(({ verdict }) => verdict === 'accepted');
  if (last === undefined) return skipped('no webhook was accepted');
  const stuck = last.targets.find(({ follow }) => FOLLOW_FIXES[follow?.state ?? ''] !== undefined);
  if (stuck?.follow !== undefined) {
    const { state, message } = stuck.follow;
    const detail = `${stuck.ref} is ${state}${message === undefined ? '' : `: ${message}`}`;
    return broken(detail, FOLLOW_FIXES[state] ?? '');
  }
  const { follow } = last;
  if (follow === undefined || follow.state === 'unfollowed') return skipped('the last webhook is not followed');
  return ok(`${follow.state}${follow.revision === undefined ? '' : `, at ${follow.revision}`}`);
}
