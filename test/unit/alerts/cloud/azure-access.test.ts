import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { azureAccess } from '../../../../operator/alerts/cloud/azure-access.ts';
import { parseEvent } from '../../../../operator/alerts/events/parse-event.ts';
import type { ProviderSettings } from '../../../../operator/alerts/provider-type.ts';
import { createHttpCaller } from '../../../../operator/alerts/send/http-caller.ts';
import { eventBody } from '../../../support/alerts/alert-world.ts';
import { notifierFor } from '../../../support/alerts/notifier-for.ts';
import { type Recorder, startRecorder } from '../../../support/alerts/recorder.ts';
import { uncountedTokens } from '../../../support/alerts/uncounted-tokens.ts';

const SIGNAL = new AbortController().signal;
const SCOPE = 'https://eventhubs.azure.net//.default';
const ANNOTATIONS = {
  'azure.workload.identity/client-id': 'client-1',
  'azure.workload.identity/tenant-id': 'tenant-1',
};

let entra: Recorder;
beforeEach(async () => {
  entra = await startRecorder([
    { match: 'POST /tenant-1/oauth2/v2.0/token', status: 200, body: '{"access_token":"azure","expires_in":3600}' },
    { match: 'POST', status: 401, body: '{"error":"invalid_client"}' },
  ]);
  vi.stubEnv('AZURE_AUTHORITY_HOST', `http://${entra.host}/`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await entra.close();
});

function accessOf(annotations: Record<string, string>) {
  const audiences: string[] = [];
  const http = createHttpCaller({ tls: undefined, proxy: undefined, allowLinkLocal: false });
  const serviceAccount = {
    annotations: async () => annotations,
    async token(audience: string) {
      audiences.push(audience);
      return 'token-of-the-account';
    },
  };
  const settings = {
    http,
    serviceAccount,
    tokens: uncountedTokens().of({ namespace: 'payments', name: 'hub' }),
  } as unknown as ProviderSettings;
  return { audiences, access: azureAccess(settings, SCOPE), end: http.close };
}

test('a ServiceAccount is exchanged for a token of Azure, which is kept', async () => {
  const { audiences, access, end } = accessOf(ANNOTATIONS);
  expect([await access(SIGNAL), await access(SIGNAL)]).toEqual(['azure', 'azure']);
  expect(audiences).toEqual(['api://AzureADTokenExchange']);
  expect(entra.requests.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))).toEqual([
    {
      grant_type: 'client_credentials',
      client_id: 'client-1',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'token-of-the-account',
      scope: SCOPE,
    },
  ]);
  await end();
});

test.each([
  [
    'no tenant',
    { 'azure.workload.identity/client-id': 'client-1' },
    'needs the annotation azure.workload.identity/tenant-id',
  ],
  ['a tenant that leads elsewhere', { ...ANNOTATIONS, 'azure.workload.identity/tenant-id': '../x' }, 'tenant-id'],
  [
    'another tenant',
    { ...ANNOTATIONS, 'azure.workload.identity/tenant-id': 'tenant-2' },
    'token of Azure: status code 401',
  ],
])('%s is final', async (_what, annotations, message) => {
  const { access, end } = accessOf(annotations);
  await expect(access(SIGNAL)).rejects.toMatchObject({ verdict: 'final', message: expect.stringContaining(message) });
  await end();
});

test('Azure DevOps is asked with the token of the ServiceAccount', async () => {
  const account = { annotations: async () => ANNOTATIONS, token: async () => 'token-of-the-account' };
  const address = `http://${entra.host}/org/project/_git/repository`;
  const spec = { type: 'azuredevops', address, serviceAccountName: 'flux' };
  const notifier = notifierFor(spec, { serviceAccounts: () => account });
  const event = parseEvent(Buffer.from(eventBody('payments', { name: 'ledger', message: 'ready' })));
  const metadata = new Map([
    ['event.toolkit.fluxcd.io/commit', '1'.repeat(40)],
    ['kustomize.toolkit.fluxcd.io/commit_status', 'update'],
  ]);
  await notifier.failure({ ...event, metadata });
  const [exchanged, asked] = entra.requests;
  expect(new URLSearchParams(exchanged?.body).get('scope')).toBe('499b84ac-1321-427f-aa17-267ca6975798/.default');
  expect([asked?.method, asked?.headers.authorization]).toEqual(['OPTIONS', 'Bearer azure']);
  await notifier.end();
});
