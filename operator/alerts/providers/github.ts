/** Writes commit statuses on GitHub. */
import { commitStatusOf, type StatusWords } from '../git/commit-status.ts';
import { createGitHubApi } from '../git/github-api.ts';
import { newestOfContext } from '../git/newest-of-context.ts';
import type { ProviderType } from '../provider-type.ts';

const WORDS: StatusWords = { service: 'github', info: 'success', error: 'failure', maxDescriptionLength: 140 };

export const github: ProviderType = {
  name: 'github',
  description: 'Commit statuses on GitHub',
  settings: { address: 'URL of the repository', secret: '`token`, or the keys of a [GitHub App](#use-a-github-app)' },
  purpose: 'commit status',
  prepare(settings) {
    const api = createGitHubApi(settings);
    return {
      async send(notification, signal) {
        const status = commitStatusOf(notification, WORDS);
        if (status === undefined) return;
        const { id: context, state, description } = status;
        const commit = encodeURIComponent(status.commit);
        const list = { url: api.repositoryUrl(`/commits/${commit}/statuses?per_page=50`), purpose: 'list statuses' };
        const known = await newestOfContext(api, list, context, signal);
        if (known?.state === state && known.description === description) return;
        const url = api.repositoryUrl(`/statuses/${commit}`);
        await api.call({ method: 'POST', url, body: { state, description, context }, purpose: 'write status' }, signal);
      },
    };
  },
};
