/** Posts alerts to Prometheus's Alertmanager. */
import type { Alert } from '../../api/alert/alert.ts';
import { type GoJson, goJson } from '../encode/go-json.ts';
import { ZERO_TIME } from '../encode/zero-time.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderType } from '../provider-type.ts';
import { basicAuth } from '../send/basic-auth.ts';
import { hookUrl } from '../send/hook-url.ts';
import { post } from '../send/post.ts';
import { labelName } from '../text/label-name.ts';
import { sortedMap } from '../text/sorted-map.ts';

/** The value of `spec.channel` with which a success resolves the alert of the same object. */
const RESOLVE = 'resolve';
/** They say that an object is under way: neither a failure nor a success. */
const UNDER_WAY = new Set(['Progressing', 'ProgressingWithRetry', 'DependencyNotReady']);
/** A failure that nobody mends or reports again ends by itself; without an end, Alertmanager takes five minutes. */
const LONGEST_FAILURE_MS = 24 * 60 * 60 * 1_000;

type Entry = readonly [string, string];

export const alertmanager: ProviderType = {
  name: 'alertmanager',
  description: 'Alertmanager of Prometheus',
  settings: {
    address: 'URL of the API, ending in `/api/v2/alerts`',
    channel: '`resolve`: a success resolves the alert of its object',
    secret: '`token`, or `username` and `password`',
  },
  prepare({ address, channel, username, password, token, http }) {
    const url = hookUrl('Alertmanager', address);
    const headers: Record<string, string> = {};
    if (username !== '' && password !== '') headers.Authorization = basicAuth(username, password);
    else if (token !== '') headers.Authorization = `Bearer ${token}`;
    return {
      async send({ event, alert }, signal) {
        if (channel === RESOLVE && saysNothing(event)) return;
        const posted = channel === RESOLVE ? resolvable(event, alert) : firing(event);
        await post(http, { url, headers, body: goJson([posted]) }, signal);
      },
    };
  },
};

/** Flux's form: every event is an alert of its own, and its metadata are labels. */
function firing(event: FluxEvent): GoJson {
  const { kind } = event.involvedObject;
  const { summary, others } = split(event.metadata);
  const alertname = `Flux${kind}${titleCase(event.reason)}`;
  const own: Entry[] = [['reason', event.reason], ...objectLabels(event, alertname, event.severity)];
  return {
    status: 'firing',
    labels: sortedMap([...validNames(others), ...own]),
    annotations: sortedMap([['message', event.message], ...summary]),
    startsAt: event.timestamp ?? ZERO_TIME,
    endsAt: ZERO_TIME,
  };
}

/** One alert an object: its labels are the same for failure and success, and what changes is an annotation. */
function resolvable(event: FluxEvent, { spec }: Alert): GoJson {
  const isFailure = event.severity === 'error';
  const { others } = split(new Map(Object.entries(spec.eventMetadata ?? {})));
  const at = event.timestamp ?? ZERO_TIME;
  const annotations: Entry[] = [
    ...validNames([...event.metadata]),
    ['message', event.message],
    ['reason', event.reason],
  ];
  return {
    status: isFailure ? 'firing' : 'resolved',
    labels: sortedMap([
      ...validNames(others),
      ...objectLabels(event, `Flux${event.involvedObject.kind}Failed`, 'error'),
    ]),
    annotations: sortedMap(annotations),
    startsAt: at,
    endsAt: isFailure ? dayAfter(at) : at,
  };
}

/** An event that is neither a failure nor a success, or a success without the time at which the failure ended. */
function saysNothing({ reason, severity, timestamp }: FluxEvent): boolean {
  return UNDER_WAY.has(reason) || (severity !== 'error' && timestamp === null);
}

function dayAfter(time: string): string {
  return time === ZERO_TIME ? ZERO_TIME : new Date(Date.parse(time) + LONGEST_FAILURE_MS).toISOString();
}

function objectLabels({ involvedObject, reportingController }: FluxEvent, alertname: string, severity: string) {
  const { kind, name, namespace } = involvedObject;
  return Object.entries({ alertname, severity, kind, name, namespace, reportingcontroller: reportingController });
}

function split(metadata: ReadonlyMap<string, string>): { readonly summary: Entry[]; readonly others: Entry[] } {
  const entries = [...metadata];
  return {
    summary: entries.filter(([key]) => key === 'summary'),
    others: entries.filter(([key]) => key !== 'summary'),
  };
}

/** A name that was valid wins over one that was made so. */
function validNames(entries: readonly Entry[]): Entry[] {
  const named = entries.map(([key, value]): Entry => [labelName(key), value]);
  return [...named, ...entries.filter(([key]) => labelName(key) === key)];
}

/** The first letter of each word large, the others small. */
function titleCase(text: string): string {
  return text.toLowerCase().replace(/[\p{L}\p{N}_']+/gu, (word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`);
}
