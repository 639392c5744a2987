/** Writes commit statuses on GitLab. */
import { goForm } from '../encode/go-form.ts';
import { commitStatusOf, type StatusWords } from '../git/commit-status.ts';
import { createGitLabApi } from '../git/gitlab-api.ts';
import type { ProviderType } from '../provider-type.ts';

const WORDS: StatusWords = { service: 'gitlab', info: 'success', error: 'failed', maxDescriptionLength: 255 };

export const gitlab: ProviderType = {
  name: 'gitlab',
  description: 'Commit statuses on GitLab',
  settings: { address: 'URL of the repository', secret: '`token`' },
  purpose: 'commit status',
  prepare(settings) {
    const api = createGitLabApi(settings);
    return {
      async send(notification, signal) {
        const status = commitStatusOf(notification, WORDS);
        if (status === undefined) return;
        const { commit, id: name, state, description } = status;
        const path = encodeURIComponent(commit);
        const url = api.projectUrl(`/repository/commits/${path}/statuses`);
        url.search = goForm(new URLSearchParams({ name }));
        for await (const known of api.items({ url, purpose: 'list statuses' }, signal)) {
          const isSame = known.sha === commit && known.name === name && known.state === state;
          if (isSame && known.description === description) return;
        }
        const body = { state, name, description };
        await api.call(
          { method: 'POST', url: api.projectUrl(`/statuses/${path}`), body, purpose: 'write status' },
          signal,
        );
      },
    };
  },
};
