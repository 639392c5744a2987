/** Writes commit statuses on Azure DevOps. */

import { isJsonObject } from '../../verify/is-json-object.ts';
import { azureAccess } from '../cloud/azure-access.ts';
import { type Authorize, createAzureApi } from '../git/azure-api.ts';
import { commitStatusOf, type StatusWords } from '../git/commit-status.ts';
import type { ProviderSettings, ProviderType } from '../provider-type.ts';
import { basicAuth } from '../send/basic-auth.ts';
import { within } from '../send/within.ts';

/** Azure DevOps, by its ID at Entra. */
const SCOPE = '499b84ac-1321-427f-aa17-267ca6975798/.default';
const WORDS: StatusWords = { service: 'azure devops', info: 'succeeded', error: 'error', maxDescriptionLength: 255 };

export const azureDevops: ProviderType = {
  name: 'azuredevops',
  description: 'Commit statuses on Azure DevOps',
  settings: {
    address: '`https://<host>/<organization>/<project>/_git/<repository>`',
    secret: '`token`: personal access token; without one, workload identity',
  },
  purpose: 'commit status',
  prepare(settings) {
    const api = createAzureApi(settings, authorizationOf(settings));
    return {
      async send(notification, signal) {
        const status = commitStatusOf(notification, WORDS);
        if (status === undefined) return;
        const { commit, id: name, state, description } = status;
        const summary = notification.event.metadata.get('summary') ?? '';
        const genre = summary === '' ? 'fluxcd' : `fluxcd:${summary}`;
        const known = (await api.statuses(commit, signal)).find(
          ({ context }) => isJsonObject(context) && context.genre === genre && context.name === name,
        );
        if (known?.state === state && known.description === description) return;
        await api.write(commit, { context: { genre, name }, description, state }, signal);
      },
    };
  },
};

/** A token wins over a ServiceAccount. */
function authorizationOf(settings: ProviderSettings): Authorize {
  const { token } = settings;
  if (token === '') {
    const access = azureAccess(settings, SCOPE);
    return async (signal) => `Bearer ${await within(signal, access(signal))}`;
  }
  const header = basicAuth('', token);
  return async () => header;
}
