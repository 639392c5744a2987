/** The API of the repository that a Gitea or Forgejo Provider names. */
import { isJsonObject } from '../../verify/is-json-object.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { ProviderSettings } from '../provider-type.ts';
import { accessToken } from './access-token.ts';
import { createGitApi, type GitApi } from './git-api.ts';
import { type Remembered, remembered } from './remembered.ts';
import { repositoryAddress, repositoryParts } from './repository-address.ts';

export interface GiteaApi extends GitApi {
  /** @param path after the API's own: `/user`. */
  url(path: string): URL;
  /** @param path after the repository's: `/issues/…`. */
  repositoryUrl(path: string): URL;
  /** Asks once whether the server is new enough. @throws DeliveryError final for one that is not. */
  readonly checkVersion: Remembered<void>;
}

const OLDEST = [1, 11] as const;

/** @throws DeliveryError final for an address that is none of a repository, or a Secret without a token. */
export function createGiteaApi(settings: ProviderSettings): GiteaApi {
  const { origin, id } = repositoryAddress(settings);
  const [owner = '', repo = ''] = repositoryParts(settings, id, 'owner/repo');
  const token = accessToken(settings);
  if (token === '') throw new DeliveryError('final', 'gitea token cannot be empty');
  const headers = { Authorization: `token ${token}` };
  const base = `${origin}/api/v1`;
  const repository = `${base}/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repo)}`;
  const api = createGitApi({ http: settings.http, headers: () => headers });
  return {
    ...api,
    url: (path) => new URL(`${base}${path}`),
    repositoryUrl: (path) => new URL(`${repository}${path}`),
    checkVersion: remembered(async (signal) => {
      const answer = await api.call({ url: new URL(`${base}/version`), purpose: 'read the version' }, signal);
      checkVersion(isJsonObject(answer) ? String(answer.version) : '');
    }),
  };
}

/** A version of another form is taken for a new one. */
function checkVersion(version: string): void {
  const [, major = '', minor = ''] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === '' || Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1])) return;
  throw new DeliveryError('final', `gitea ${major}.${minor} is too old: ${OLDEST.join('.')} is needed`);
}
