/** Compares what a scenario sent with what the original sent. */
import { expect } from 'vitest';
import { runScenario } from './run-scenario.ts';
import { type ExpectedRequest, expectedBody, type Scenario } from './scenarios.ts';

/** Headers of the connection, not of the message. */
const HOP = new Set(['host', 'connection', 'content-length', 'user-agent', 'accept-encoding', 'transfer-encoding']);

export interface Deviation {
  /** Why the request differs: the fault of the original that it mends. */
  readonly reason: string;
  /** From the recorded requests to those that are right. */
  change?(requests: readonly ExpectedRequest[], scenario: Scenario): readonly ExpectedRequest[];
  /** How many of the scenario's events are not delivered; absent: as many as were recorded. */
  readonly failures?: number;
  /** Puts in what could not be recorded. */
  fillIn?(scenario: Scenario): Scenario;
}

/** Fails where a request differs from the recorded one in its line, a header or a byte, or a failure is missing. */
export async function expectScenario(name: string, deviation?: Deviation): Promise<void> {
  const { scenario, requests, failures } = await runScenario(name, deviation?.fillIn);
  const wanted = deviation?.change?.(scenario.requests, scenario) ?? scenario.requests;
  const made = requests.map((request, index) => ({
    method: request.method,
    path: request.path,
    headers: Object.fromEntries(Object.entries(request.headers).filter(([header]) => !HOP.has(header))),
    body: wanted[index]?.rawBody === undefined ? parsed(request.body) : request.body,
  }));
  const expected = wanted.map((request) => ({
    method: request.method,
    path: request.path,
    headers: request.headers ?? {},
    body: request.rawBody ?? expectedBody(request) ?? '',
  }));
  expect(made, `${name}: ${failures.join('\n')}`).toEqual(expected);
  expect(failures.length, `failures of ${name}: ${failures.join('\n')}`).toBe(
    deviation?.failures ??
      scenario.kubernetesEvents?.filter((event) => event.includes('NotificationDispatchFailed')).length ??
      0,
  );
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
