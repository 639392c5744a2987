/** Writes build statuses on Bitbucket Server and Data Center. */
import { isJsonObject } from '../../verify/is-json-object.ts';
import { DeliveryError } from '../delivery-error.ts';
import { bitbucketWords, MAX_BUILD_NAME_LENGTH } from '../git/bitbucket-status.ts';
import { commitStatusOf } from '../git/commit-status.ts';
import { createGitApi } from '../git/git-api.ts';
import { repositoryAddress, repositoryParts } from '../git/repository-address.ts';
import { statusKey } from '../git/status-key.ts';
import type { ProviderSettings, ProviderType } from '../provider-type.ts';
import { basicAuth } from '../send/basic-auth.ts';
import { truncate } from '../text/truncate.ts';

const WORDS = bitbucketWords('bitbucket server');
const CLONE_PATH = 'scm/';

export const bitbucketServer: ProviderType = {
  name: 'bitbucketserver',
  description: 'Commit statuses on Bitbucket Server and Data Center',
  settings: {
    address: 'HTTP clone URL of the repository, with `/scm/`',
    secret: '`token`, or `username` and `password`',
  },
  purpose: 'commit status',
  prepare(settings) {
    const headers = {
      Authorization: authorizationOf(settings),
      'x-atlassian-token': 'no-check',
      'x-requested-with': 'XMLHttpRequest',
    };
    const api = createGitApi({ http: settings.http, headers: () => headers });
    const repository = repositoryUrl(settings);
    const address = withoutCredentials(settings.address);
    return {
      async send(notification, signal) {
        const status = commitStatusOf(notification, WORDS);
        if (status === undefined) return;
        const { id, state, description } = status;
        const key = statusKey(id);
        const { kind, name: objectName } = notification.event.involvedObject;
        const name = truncate(`${kind.toLowerCase()}/${objectName} [${description}]`, MAX_BUILD_NAME_LENGTH);
        const url = `${repository}/commits/${encodeURIComponent(status.commit)}/builds`;
        const read = { url: new URL(`${url}?key=${key}`), purpose: 'read status', mayBeAbsent: true };
        const known = await api.call(read, signal);
        if (isJsonObject(known) && known.state === state && known.name === name && known.description === description) {
          return;
        }
        const body = { description, key, name, state, url: address };
        await api.call({ method: 'POST', url: new URL(url), body, purpose: 'write status' }, signal);
      },
    };
  },
};

function authorizationOf({ token, username, password }: ProviderSettings): string {
  if (token !== '') return `Bearer ${token}`;
  if (username !== '' && password !== '') {
    return basicAuth(username, password);
  }
  throw new DeliveryError('final', "the Secret needs a 'token', or a 'username' and a 'password'");
}

/** What precedes the last `/scm/` is the path under which the server runs. */
function repositoryUrl(settings: ProviderSettings): string {
  const { origin, id } = repositoryAddress(settings);
  const path = `/${id}`;
  const at = path.lastIndexOf(`/${CLONE_PATH}`);
  if (!/^https?:/i.test(settings.address) || at === -1) {
    throw new DeliveryError('final', 'invalid address: it must be https://host/scm/project/repo');
  }
  const [project = '', repo = ''] = repositoryParts(settings, path.slice(at + 1 + CLONE_PATH.length), 'project/repo');
  const context = path.slice(0, at).split('/').map(encodeURIComponent).join('/');
  const api = `${origin}${context}/rest/api/latest`;
  return `${api}/projects/${encodeURIComponent(project)}/repos/${encodeURIComponent(repo)}`;
}

/** Whoever sees the status sees the address. */
function withoutCredentials(address: string): string {
  return address.replace(/^(https?:\/\/)[^/]*@/i, '$1');
}
