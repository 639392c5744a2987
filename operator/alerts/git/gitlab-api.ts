/** The API of the project that a GitLab Provider names. */
import { DeliveryError } from '../delivery-error.ts';
import type { ProviderSettings } from '../provider-type.ts';
import type { HttpAnswer } from '../send/http-caller.ts';
import { accessToken } from './access-token.ts';
import { createGitApi, type GitApi } from './git-api.ts';
import { repositoryAddress } from './repository-address.ts';

export interface GitLabApi extends GitApi {
  /** @param path after the API's own: `/user`. */
  url(path: string): URL;
  /** @param path after the project's: `/statuses/…`. */
  projectUrl(path: string): URL;
}

const BAD_REQUEST = 400;
const CONFLICT = 409;

/** @throws DeliveryError final for an address that is none of a project, or a Secret without a token. */
export function createGitLabApi(settings: ProviderSettings): GitLabApi {
  const { origin, id } = repositoryAddress(settings);
  if (id === '') throw new DeliveryError('final', 'invalid repository id: the address must end with group/project');
  const token = accessToken(settings);
  if (token === '') throw new DeliveryError('final', 'gitlab token cannot be empty');
  const headers = { Accept: 'application/json', 'Private-Token': token };
  const base = `${origin}/api/v4`;
  // One segment of the path, be it a project's path or its number.
  const project = encodeURIComponent(id).replaceAll('.', '%2E');
  return {
    ...createGitApi({ http: settings.http, headers: () => headers, check: checkConflict }),
    url: (path) => new URL(`${base}${path}`),
    projectUrl: (path) => new URL(`${base}/projects/${project}${path}`),
  };
}

/** Somebody else writes the same status: the next attempt reads what is there by then. */
function checkConflict({ status, text }: HttpAnswer, failure: string): void {
  if (status !== CONFLICT && !(status === BAD_REQUEST && text.includes('Cannot transition status'))) return;
  throw new DeliveryError('passing', `${failure}: the status is being changed by somebody else`);
}
