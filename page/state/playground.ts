/** The playground: a Receiver, a payload, filters, and what they would do. Nothing of it is ever annotated. */
import { batch, signal } from '@preact/signals';
import { listAll } from '../api/list-all.ts';
import { get, ProblemError, post } from '../api/request.ts';
import type { Explanation, ObjectView, RecordView, WhatIf } from '../api/types.ts';
import { eventHeaders } from '../words/event-headers.ts';
import { sampleOf } from '../words/samples.ts';
import { pathOf } from './one-object.ts';

/** What is asked: `sample` and `pasted` send the payload as it stands in the field, another source is a delivery's id. */
export interface Question {
  readonly source: string;
  readonly payload: string;
  readonly event: string;
}

/** One of `spec.resources`. */
export interface Entry {
  /** `spec.resources[0]` */
  readonly field: string;
  /** `GitRepository app` */
  readonly of: string;
}

/** A field of the Receiver that holds a filter: `spec.resourceFilter`, `spec.resources[0].filter`. */
export type FilterField = string;
export const RESOURCE_FILTER: FilterField = 'spec.resourceFilter';

const TYPING_MS = 350;
const AGAIN_MS = 1_000;
const NO_QUESTION: Question = { source: 'sample', payload: '', event: '' };

export const receiver = signal<ObjectView | undefined>(undefined);
/** Why there is no Receiver. */
export const receiverProblem = signal<ProblemError | undefined>(undefined);
/** Deliveries whose body is kept. */
export const kept = signal<readonly RecordView[]>([]);
/** The delivery that was to be asked about has no body. */
export const isWithoutBody = signal(false);
export const question = signal(NO_QUESTION);
/** What the Receiver has. */
export const ownFilters = signal<ReadonlyMap<FilterField, string>>(new Map());
/** What is tried in place of that. */
export const triedFilters = signal<ReadonlyMap<FilterField, string>>(new Map());
/** `spec.resources`. */
export const entries = signal<readonly Entry[]>([]);
export const explanation = signal<Explanation | undefined>(undefined);
export const whatIf = signal<WhatIf | undefined>(undefined);
export const problem = signal<string | undefined>(undefined);

let latest = new AbortController();

/** @param delivery that is asked about first; '': the newest one that is kept, else a sample. */
export async function openReceiver(namespace: string, name: string, delivery: string): Promise<void> {
  const { signal: ended } = next();
  reset();
  try {
    const path = pathOf('receivers', namespace, name);
    const [object, deliveries] = await Promise.all([
      get<ObjectView>(path, ended),
      listAll<RecordView>(`${path}/deliveries`, ended),
    ]);
    if (ended.aborted) return;
    batch(() => takeReceiver(object, deliveries.items, delivery));
  } catch (error) {
    if (ended.aborted) return;
    if (!(error instanceof ProblemError)) throw error;
    receiverProblem.value = error;
    return;
  }
  const first = kept.value.find(({ id }) => id === delivery) ?? kept.value[0];
  await choose(first?.id ?? 'sample');
}

function takeReceiver(object: ObjectView, deliveries: readonly RecordView[], delivery: string): void {
  const { resourceFilter = '', resources = [] } = object.filters ?? {};
  receiver.value = object;
  kept.value = deliveries.filter(({ body }) => body === 'kept');
  isWithoutBody.value = delivery !== '' && kept.value.every(({ id }) => id !== delivery);
  entries.value = resources.map(({ kind, name }, index) => ({
    field: `spec.resources[${index}]`,
    of: `${kind} ${name}`,
  }));
  ownFilters.value = new Map([
    [RESOURCE_FILTER, resourceFilter],
    ...resources.map(({ filter = '' }, index) => [`spec.resources[${index}].filter`, filter] as const),
  ]);
}

/** Takes a payload: a kept delivery's, a sample of the Receiver's type, or what is pasted. */
export async function choose(source: string): Promise<void> {
  const { signal: ended } = next();
  if (source === 'sample') {
    const { event, payload } = sampleOf(receiver.value?.type ?? '');
    question.value = { source, event, payload: JSON.stringify(payload, null, 2) };
  } else if (source === 'pasted') {
    question.value = { ...question.value, source };
  } else {
    try {
      const payload = await get(`${path()}/deliveries/${encodeURIComponent(source)}/payload`, ended);
      const event = kept.value.find(({ id }) => id === source)?.event ?? '';
      question.value = { source, event, payload: JSON.stringify(payload, null, 2) };
    } catch (error) {
      fail(error, ended);
      return;
    }
  }
  await ask(ended);
}

/** What somebody types into the payload is theirs, no delivery's. */
export function pastePayload(payload: string): void {
  question.value = { ...question.value, source: 'pasted', payload };
  askSoon();
}

export function setEvent(event: string): void {
  question.value = { ...question.value, source: 'pasted', event };
  askSoon();
}

/** @param text undefined: the Receiver's own again. */
export function tryFilter(field: FilterField, text: string | undefined): void {
  const tried = new Map(triedFilters.value);
  if (text === undefined || text === ownFilters.value.get(field)) tried.delete(field);
  else tried.set(field, text);
  triedFilters.value = tried;
  whatIf.value = undefined;
  askSoon();
}

/** Asks what the filters that are tried would have changed for every kept body. */
export async function askWhatIf(): Promise<void> {
  const { signal: ended } = next();
  try {
    const answer = await post<WhatIf>(`${path()}/explain`, { whatIf: true, ...filtersToSend() }, ended);
    if (!ended.aborted) batch(() => succeed(() => (whatIf.value = answer)));
  } catch (error) {
    fail(error, ended);
  }
}

function askSoon(): void {
  askIn(TYPING_MS, next().signal);
}

function askIn(ms: number, ended: AbortSignal): void {
  setTimeout(() => {
    if (!ended.aborted) void ask(ended);
  }, ms);
}

async function ask(ended: AbortSignal): Promise<void> {
  const { source, payload } = question.value;
  const own = source === 'sample' || source === 'pasted';
  const parsed = own ? parse(payload) : undefined;
  if (own && parsed === undefined) return;
  const about = own ? { payload: parsed?.value, headers: headers() } : { delivery: source };
  try {
    const answer = await post<Explanation>(`${path()}/explain`, { ...about, ...filtersToSend() }, ended);
    if (!ended.aborted) batch(() => succeed(() => (explanation.value = answer)));
  } catch (error) {
    fail(error, ended);
    // As many are explained as may be: those that were asked for while somebody typed among them.
    if (error instanceof ProblemError && error.status === 429) askIn(AGAIN_MS, ended);
  }
}

function parse(payload: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(payload) };
  } catch (error) {
    batch(() => {
      explanation.value = undefined;
      problem.value = `The payload is not JSON: ${error instanceof Error ? error.message : error}`;
    });
    return undefined;
  }
}

function headers(): Readonly<Record<string, string>> {
  const header = eventHeaders[receiver.value?.type ?? ''];
  const { event } = question.value;
  return { 'Content-Type': 'application/json', ...(header === undefined || event === '' ? {} : { [header]: event }) };
}

function filtersToSend() {
  const tried = triedFilters.value;
  const resourceFilter = tried.get(RESOURCE_FILTER);
  const filters = entries.value.map(({ field }) => tried.get(`${field}.filter`));
  const resources = filters.map((filter) => (filter === undefined ? {} : { filter }));
  return {
    ...(resourceFilter === undefined ? {} : { resourceFilter }),
    ...(filters.every((filter) => filter === undefined) ? {} : { resources }),
  };
}

function succeed(show: () => void): void {
  problem.value = undefined;
  show();
}

function fail(error: unknown, ended: AbortSignal): void {
  if (ended.aborted) return;
  if (!(error instanceof ProblemError)) throw error;
  batch(() => {
    explanation.value = undefined;
    problem.value = error.message;
  });
}

/** What was asked before is of no interest any longer. */
function next(): AbortController {
  latest.abort();
  latest = new AbortController();
  return latest;
}

function path(): string {
  const { namespace = '', name = '' } = receiver.value?.object ?? {};
  return pathOf('receivers', namespace, name);
}

function reset(): void {
  batch(() => {
    receiver.value = undefined;
    receiverProblem.value = undefined;
    kept.value = [];
    isWithoutBody.value = false;
    question.value = NO_QUESTION;
    ownFilters.value = new Map();
    triedFilters.value = new Map();
    entries.value = [];
    explanation.value = undefined;
    whatIf.value = undefined;
    problem.value = undefined;
  });
}
