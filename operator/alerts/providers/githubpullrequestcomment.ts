/** Comments on pull requests of GitHub. */
import { createCommenter } from '../git/commenter.ts';
import { createGitHubApi } from '../git/github-api.ts';
import { fieldOf, textField } from '../git/text-field.ts';
import type { ProviderType } from '../provider-type.ts';

export const githubPullRequestComment: ProviderType = {
  name: 'githubpullrequestcomment',
  description: 'Comments on pull requests of GitHub',
  settings: { address: 'URL of the repository', secret: '`token`, or the keys of a [GitHub App](#use-a-github-app)' },
  purpose: 'change request',
  prepare(settings) {
    const api = createGitHubApi(settings);
    const commentsOf = (number: number) => api.repositoryUrl(`/issues/${number}/comments`);
    return createCommenter(settings, {
      api,
      markerKey: 'flux-pr-comment-key',
      async author(signal) {
        if (api.app !== undefined) return `${await api.app.slug(signal)}[bot]`;
        const user = await api.call({ url: api.url('/user'), purpose: 'read the user' }, signal);
        return textField(user, 'login', 'the user');
      },
      authorOf: ({ user }) => fieldOf(user, 'login'),
      list: (number) => ({
        url: api.repositoryUrl(`/issues/${number}/comments?direction=asc&per_page=100&sort=created`),
        headers: { Accept: 'application/vnd.github.squirrel-girl-preview' },
      }),
      createUrl: commentsOf,
      editMethod: 'PATCH',
      editUrl: (_number, id) => api.repositoryUrl(`/issues/comments/${id}`),
    });
  },
};
