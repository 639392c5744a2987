/** The API of the repository that a GitHub Provider names, on github.com or on a server of one's own. */
import { DeliveryError } from '../delivery-error.ts';
import type { ProviderSettings } from '../provider-type.ts';
import { accessToken } from './access-token.ts';
import { createGitApi, type GitApi } from './git-api.ts';
import { createGitHubApp, type GitHubApp } from './github-app.ts';
import { checkGitHubLimit } from './github-limit.ts';
import { repositoryAddress, repositoryParts } from './repository-address.ts';

export interface GitHubApi extends GitApi {
  /** @param path after the API's own: `/user`. */
  url(path: string): URL;
  /** @param path after the repository's: `/dispatches`. */
  repositoryUrl(path: string): URL;
  /** Undefined: it signs in with a token. */
  readonly app: GitHubApp | undefined;
}

const HEADERS = { Accept: 'application/vnd.github.v3+json', 'X-GitHub-Api-Version': '2022-11-28' };

/** @throws DeliveryError final for an address that is none of a repository, or a Secret without a token or App. */
export function createGitHubApi(settings: ProviderSettings): GitHubApi {
  const { http, secret, tokens } = settings;
  const address = repositoryAddress(settings);
  const [owner = '', repo = ''] = repositoryParts(settings, address.id, 'owner/repo');
  const base = address.hostname === 'github.com' ? 'https://api.github.com' : `${address.origin}/api/v3`;
  const token = accessToken(settings);
  const app = token === '' ? createGitHubApp(secret, { http, headers: HEADERS, tokens }) : undefined;
  if (token === '' && app === undefined) {
    throw new DeliveryError('final', 'github token or github app details must be specified');
  }
  const api = createGitApi({
    http,
    headers: async (signal) => ({ ...HEADERS, Authorization: `Bearer ${(await app?.token(signal)) ?? token}` }),
    check: checkGitHubLimit,
    ...(app === undefined ? {} : { renew: app.token.forget }),
  });
  const repository = `${base}/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repo)}`;
  return {
    ...api,
    app,
    url: (path) => new URL(`${base}${path}`),
    repositoryUrl: (path) => new URL(`${repository}${path}`),
  };
}
