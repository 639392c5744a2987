/** Comments on pull requests of Gitea and Forgejo. */
import { createCommenter } from '../git/commenter.ts';
import { createGiteaApi } from '../git/gitea-api.ts';
import { fieldOf, textField } from '../git/text-field.ts';
import type { ProviderType } from '../provider-type.ts';

export const giteaPullRequestComment: ProviderType = {
  name: 'giteapullrequestcomment',
  description: 'Comments on pull requests of Gitea and Forgejo',
  settings: { address: 'URL of the repository', secret: '`token`' },
  purpose: 'change request',
  prepare(settings) {
    const api = createGiteaApi(settings);
    const commentsOf = (number: number) => api.repositoryUrl(`/issues/${number}/comments`);
    return createCommenter(settings, {
      api,
      markerKey: 'flux-pr-comment-key',
      async author(signal) {
        await api.checkVersion(signal);
        const user = await api.call({ url: api.url('/user'), purpose: 'read the user' }, signal);
        return textField(user, 'login', 'the user');
      },
      authorOf: ({ user }) => fieldOf(user, 'login'),
      list: (number) => ({ url: api.repositoryUrl(`/issues/${number}/comments?limit=100&page=1`) }),
      createUrl: commentsOf,
      editMethod: 'PATCH',
      editUrl: (_number, id) => api.repositoryUrl(`/issues/comments/${id}`),
    });
  },
};
