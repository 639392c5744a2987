/** Writes commit statuses on Gitea and Forgejo. */
import { commitStatusOf, type StatusWords } from '../git/commit-status.ts';
import { createGiteaApi } from '../git/gitea-api.ts';
import { newestOfContext } from '../git/newest-of-context.ts';
import type { ProviderType } from '../provider-type.ts';

const WORDS: StatusWords = {
  service: 'gitea',
  info: 'success',
  error: 'failure',
  progressing: 'pending',
  maxDescriptionLength: 255,
};

export const gitea: ProviderType = {
  name: 'gitea',
  description: 'Commit statuses on Gitea and Forgejo',
  settings: { address: 'URL of the repository', secret: '`token`' },
  purpose: 'commit status',
  prepare(settings) {
    const api = createGiteaApi(settings);
    return {
      async send(notification, signal) {
        const status = commitStatusOf(notification, WORDS);
        if (status === undefined) return;
        const { id: context, state, description } = status;
        await api.checkVersion(signal);
        const commit = encodeURIComponent(status.commit);
        const list = {
          url: api.repositoryUrl(`/commits/${commit}/statuses?limit=50&page=1`),
          headers: { 'Content-Type': 'application/json' },
          purpose: 'list statuses',
        };
        const known = await newestOfContext(api, list, context, signal);
        // Gitea names the state `status`.
        if (known?.status === state && known.description === description) return;
        const body = { state, target_url: '', description, context };
        const url = api.repositoryUrl(`/statuses/${commit}`);
        await api.call({ method: 'POST', url, body, purpose: 'write status' }, signal);
      },
    };
  },
};
