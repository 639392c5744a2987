/** What tests of provider types try beside the recorded scenarios. */
import type { Deviation } from './expect-scenario.ts';
import type { RecorderAnswer } from './recorder.ts';
import { runScenario, type ScenarioResult } from './run-scenario.ts';
import type { Scenario } from './scenarios.ts';

export interface Variation {
  readonly severity?: string;
  readonly message?: string;
  readonly reason?: string;
  /** All that the event has, with their prefixes; absent: none. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Of the involved object. */
  readonly name?: string;
  /** The Alert's. */
  readonly eventMetadata?: Readonly<Record<string, string>>;
  readonly provider?: Partial<Scenario['provider']>;
  readonly secrets?: Scenario['secrets'];
  /** The status and the body that every request gets. */
  readonly answer?: readonly [number, string];
}

/** One event by the Provider of a recorded scenario. */
export function runVariation(name: string, variation: Variation): Promise<ScenarioResult> {
  const { severity = 'info', message = 'ready', reason = 'Done', metadata = {}, answer } = variation;
  return runScenario(name, (scenario) => ({
    ...scenario,
    provider: { ...scenario.provider, ...variation.provider },
    ...(variation.secrets === undefined ? {} : { secrets: variation.secrets }),
    alertChanges: { eventMetadata: variation.eventMetadata ?? {} },
    posts: [
      {
        label: 'variation',
        answer: 202,
        changes: { severity, message, reason, metadata: prefixed(metadata), ...objectNamed(variation.name) },
      },
    ],
    serverAnswers: answer === undefined ? (scenario.serverAnswers ?? []) : everywhere(...answer),
  }));
}

/** The text of the one request that was made. */
export async function bodyOfVariation(name: string, variation: Variation): Promise<string> {
  const { requests, failures } = await runVariation(name, variation);
  if (requests.length !== 1) throw new Error(`${requests.length} requests: ${failures.join('\n')}`);
  return requests[0]?.body ?? '';
}

/** What is done after an answer: `taken`, or the verdict with the seconds that the service asked for. */
export async function verdictOfAnswer(name: string, status: number, body: string): Promise<string> {
  const { errors } = await runVariation(name, { answer: [status, body] });
  if (errors.length === 0) return 'taken';
  return errors
    .map(({ verdict, retryAfterMs }) =>
      retryAfterMs === undefined ? verdict : `${verdict}, ${retryAfterMs / 1_000} s`,
    )
    .join();
}

/** What failed with an answer, without what every message begins with. */
export async function failureOfAnswer(name: string, status: number, body: string): Promise<string> {
  const { failures } = await runVariation(name, { answer: [status, body] });
  return failures.join('\n').replace(/^failed to send notification for [^:]*: /, '');
}

/** A recorded scenario whose requests have other bodies than the original's. */
export function otherBody<T>(reason: string, change: (body: T) => unknown): Deviation {
  return {
    reason,
    change: (requests) => requests.map((request) => ({ ...request, body: change(request.body as T) })),
  };
}

function objectNamed(name: string | undefined) {
  return name === undefined ? {} : { involvedObject: { '+': { name } } };
}

function prefixed(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [`event.toolkit.fluxcd.io/${key}`, value]));
}

function everywhere(status: number, body: string): readonly RecorderAnswer[] {
  return ['POST', 'PUT'].map((match) => ({ match, status, body }));
}
