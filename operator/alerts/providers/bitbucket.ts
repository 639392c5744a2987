/** Writes build statuses on Bitbucket Cloud. */
import { isJsonObject } from '../../verify/is-json-object.ts';
import { DeliveryError } from '../delivery-error.ts';
import { bitbucketWords, MAX_BUILD_NAME_LENGTH } from '../git/bitbucket-status.ts';
import { commitStatusOf } from '../git/commit-status.ts';
import { createGitApi } from '../git/git-api.ts';
import { repositoryAddress, repositoryParts } from '../git/repository-address.ts';
import { statusKey } from '../git/status-key.ts';
import type { ProviderType } from '../provider-type.ts';
import { basicAuth } from '../send/basic-auth.ts';
import { truncate } from '../text/truncate.ts';

const WORDS = bitbucketWords('bitbucket');
const PUBLIC_API = 'https://api.bitbucket.org/2.0';

export const bitbucket: ProviderType = {
  name: 'bitbucket',
  description: 'Commit statuses on Bitbucket Cloud',
  settings: { address: 'URL of the repository', secret: '`token`: `<user>:<app password>`' },
  purpose: 'commit status',
  prepare(settings) {
    const { http, token } = settings;
    const [owner = '', repo = ''] = repositoryParts(settings, repositoryAddress(settings).id, 'owner/repo');
    const headers = { Authorization: basicOf(token) };
    const api = createGitApi({ http, headers: () => headers });
    // Flux's own variable, for a Bitbucket that is reached by another name.
    const base = (process.env.BITBUCKET_API_BASE_URL || PUBLIC_API).replace(/\/+$/, '');
    const repository = `${base}/repositories/${encodeURIComponent(owner)}/${encodeURIComponent(repo)}`;
    return {
      async send(notification, signal) {
        const status = commitStatusOf(notification, WORDS);
        if (status === undefined) return;
        const { id, state, description } = status;
        const key = statusKey(id);
        const url = `${repository}/commit/${encodeURIComponent(status.commit)}/statuses/build`;
        const read = { url: new URL(`${url}/${key}`), purpose: 'read status', mayBeAbsent: true };
        const known = await api.call(read, signal);
        if (isJsonObject(known) && known.state === state && known.description === description) return;
        const { kind, name: objectName } = notification.event.involvedObject;
        const name = truncate(`${kind.toLowerCase()}/${objectName}`, MAX_BUILD_NAME_LENGTH);
        const body = { key, url: 'https://bitbucket.org', state, name, description };
        await api.call({ method: 'POST', url: new URL(url), body, purpose: 'write status' }, signal);
      },
    };
  },
};

function basicOf(token: string): string {
  if (token === '') throw new DeliveryError('final', 'bitbucket token cannot be empty');
  const [user = '', password, ...more] = token.split(':');
  if (password === undefined || more.length > 0) {
    throw new DeliveryError('final', 'invalid token format, expected to be <user>:<password>');
  }
  return basicAuth(user, password);
}
