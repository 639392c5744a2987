/** The statuses of the repository that an Azure DevOps Provider names; the service says where they are. */
import { isJsonObject } from '../../verify/is-json-object.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { GoJson } from '../encode/go-json.ts';
import type { ProviderSettings } from '../provider-type.ts';
import type { HttpAnswer } from '../send/http-caller.ts';
import { createGitApi, type GitApi } from './git-api.ts';
import { remembered } from './remembered.ts';
import { repositoryAddress, repositoryParts } from './repository-address.ts';

export interface AzureApi {
  /** Those of a commit, the newest first. @throws DeliveryError */
  statuses(commit: string, signal: AbortSignal): Promise<readonly Record<string, unknown>[]>;
  /** @throws DeliveryError */
  write(commit: string, body: GoJson, signal: AbortSignal): Promise<void>;
}

/** Gives the header `Authorization`. */
export type Authorize = (signal: AbortSignal) => Promise<string>;

/** Where the API keeps commit statuses. */
interface Location {
  readonly area: string;
  readonly resource: string;
  readonly template: string;
  readonly apiVersion: string;
}

/** Azure's own ID of the resource. */
const STATUSES_ID = '428dd4fb-fda5-4722-af02-9313b80305da';
const WANTED_VERSION = 6;
const SIGN_IN_PAGE = 203;

/** @throws DeliveryError final for an address that is none of a repository. */
export function createAzureApi(settings: ProviderSettings, authorize: Authorize): AzureApi {
  const { origin, id } = repositoryAddress(settings);
  const [organization = '', project = '', , repositoryId = ''] = repositoryParts(
    settings,
    id,
    'organization/project/_git/repository',
  );
  const base = `${origin}/${encodeURIComponent(organization.toLowerCase())}`;
  const api = createGitApi({
    http: settings.http,
    headers: async (signal) => ({ Accept: 'application/json', Authorization: await authorize(signal) }),
    contentType: 'application/json;charset=utf-8',
    check: checkSignedIn,
  });
  const location = remembered((signal) => locate(api, base, signal));
  const target = async (commitId: string, signal: AbortSignal) => {
    const { area, resource, template, apiVersion } = await location(signal);
    const path = fillIn(template, { area, resource, project, repositoryId, commitId });
    return { url: new URL(`${base}/${path}`), headers: { Accept: `application/json;api-version=${apiVersion}` } };
  };
  return {
    async statuses(commit, signal) {
      const answer = await api.call({ ...(await target(commit, signal)), purpose: 'list statuses' }, signal);
      return isJsonObject(answer) && Array.isArray(answer.value) ? answer.value.filter(isJsonObject) : [];
    },
    async write(commit, body, signal) {
      const request = { ...(await target(commit, signal)), method: 'POST', body, purpose: 'write status' } as const;
      await api.call(request, signal);
    },
  };
}

/** Who is not signed in gets a page to sign in, as if all were well. */
function checkSignedIn({ status }: HttpAnswer, failure: string): void {
  if (status === SIGN_IN_PAGE) throw new DeliveryError('final', `${failure}: the token is not valid`);
}

async function locate(api: GitApi, base: string, signal: AbortSignal): Promise<Location> {
  const request = {
    method: 'OPTIONS',
    url: new URL(`${base}/_apis`),
    headers: {},
    purpose: 'locate statuses',
  } as const;
  const answer = await api.call(request, signal);
  const entries: unknown[] = isJsonObject(answer) && Array.isArray(answer.value) ? answer.value : [];
  const found = entries.filter(isJsonObject).find((entry) => String(entry.id).toLowerCase() === STATUSES_ID);
  if (found === undefined) throw new DeliveryError('passing', 'failed to locate statuses: the service names none');
  return {
    area: String(found.area),
    resource: String(found.resourceName),
    template: String(found.routeTemplate),
    apiVersion: versionOf(found),
  };
}

/** The one that is wanted, unless the service has only older or only newer ones. */
function versionOf({ minVersion, maxVersion, releasedVersion }: Record<string, unknown>): string {
  const [oldest, newest, released] = [minVersion, maxVersion, releasedVersion].map((text) => Number(text));
  if (newest !== undefined && newest < WANTED_VERSION) {
    const preview = released !== undefined && released < newest ? '-preview' : '';
    return `${maxVersion}${preview}`;
  }
  return oldest !== undefined && oldest > WANTED_VERSION ? String(minVersion) : WANTED_VERSION.toFixed(1);
}

/** Segments whose value is not known are left out. */
function fillIn(template: string, values: Readonly<Record<string, string>>): string {
  const segments = template.split('/').map((segment) => {
    const [, name] = /^\{\*?(\w+)\}$/.exec(segment) ?? [];
    return name === undefined ? segment : encodeURIComponent(values[name] ?? '');
  });
  return segments.filter((segment) => segment !== '').join('/');
}
