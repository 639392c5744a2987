/** Runs a recorded scenario through the delivering half: from the posted event to what a real server was sent. */
import { vi } from 'vitest';
import { createDeliverer, DeliveryFailure } from '../../../operator/alerts/deliver.ts';
import { withKeptMetadata, withoutToken } from '../../../operator/alerts/events/event-metadata.ts';
import { parseEvent } from '../../../operator/alerts/events/parse-event.ts';
import { createNotifiers } from '../../../operator/alerts/notifiers.ts';
import { providerTypes } from '../../../operator/alerts/providers/index.ts';
import { createHttpCaller, type HttpCallerOptions } from '../../../operator/alerts/send/http-caller.ts';
import { objectPath } from '../../../operator/alerts/text/object-label.ts';
import { systemClock } from '../../../operator/observe/clock.ts';
import { type RecordedRequest, type Recorder, startRecorder } from './recorder.ts';
import { bodyOf, objectsOf, type Scenario, scenarios, withHost } from './scenarios.ts';
import { uncountedTokens } from './uncounted-tokens.ts';

/** A service whose address no Provider chooses. */
const FIXED_HOST = 'api.telegram.org';

export interface ScenarioResult {
  readonly scenario: Scenario;
  readonly requests: readonly RecordedRequest[];
  /** As they are shown on the Alert. */
  readonly failures: readonly string[];
  /** What is done about them. */
  readonly errors: readonly DeliveryFailure[];
}

/** @param change to try something else than what was recorded. */
export async function runScenario(
  name: string,
  change: (scenario: Scenario) => Scenario = (same) => same,
): Promise<ScenarioResult> {
  const recorded = scenarios.get(name);
  if (recorded === undefined) throw new Error(`no scenario ${name}`);
  const scenario = change(recorded);
  const recorder = await startRecorder(scenario.serverAnswers);
  vi.stubEnv('BITBUCKET_API_BASE_URL', `http://${recorder.host}/2.0`);
  try {
    return { scenario: withHost(scenario, recorder.host), ...(await run(scenario, recorder)) };
  } finally {
    await recorder.close();
  }
}

async function run(scenario: Scenario, { host, requests }: Recorder) {
  const { alert, provider: recorded } = objectsOf(scenario, host);
  // What takes long on a busy machine is no failure.
  const provider: typeof recorded = { ...recorded, spec: { timeout: '5m', ...recorded.spec } };
  const notifiers = createNotifiers({
    types: providerTypes,
    secret: async (_namespace, secretName) => dataOf(scenario.secrets?.[secretName], host),
    allowLinkLocal: false,
    tokens: uncountedTokens(),
    httpCaller: standingFor(new Map([[FIXED_HOST, `http://${host}`]])),
  });
  const deliverer = createDeliverer({
    clock: systemClock,
    types: providerTypes,
    notifiers,
    sameNamespaceOnly: scenario.flags?.includes('--no-cross-namespace-refs') ?? false,
    workloadIdentity: false,
    onConflicts() {},
    onMessageFailed() {},
  });
  const failures: string[] = [];
  const errors: DeliveryFailure[] = [];
  for (const post of scenario.posts) {
    const event = withoutToken(withKeptMetadata(parseEvent(Buffer.from(bodyOf(post)))));
    try {
      await deliverer.deliver({ event, alert, provider });
    } catch (error) {
      if (!(error instanceof DeliveryFailure)) throw error;
      errors.push(error);
      failures.push(`failed to ${error.stage} notification for ${objectPath(event)}: ${error.message}`);
    }
  }
  await notifiers.stop();
  return { requests, failures, errors };
}

/** @param servers that are called in place of hosts: `http://127.0.0.1:port` by the host. */
export function standingFor(servers: ReadonlyMap<string, string>) {
  return (options: HttpCallerOptions) => {
    const caller = createHttpCaller(options);
    return {
      ...caller,
      request: (request: Parameters<typeof caller.request>[0], signal: AbortSignal) => {
        const { url } = request;
        const server = servers.get(url.host);
        if (server === undefined) return caller.request(request, signal);
        return caller.request({ ...request, url: new URL(url.pathname + url.search, server) }, signal);
      },
    };
  };
}

function dataOf(data: Readonly<Record<string, string>> | undefined, host: string): Record<string, Buffer> | undefined {
  if (data === undefined) return undefined;
  return Object.fromEntries(Object.entries(withHost(data, host)).map(([key, value]) => [key, Buffer.from(value)]));
}
