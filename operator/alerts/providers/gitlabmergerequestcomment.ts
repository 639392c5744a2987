/** Comments on merge requests of GitLab. */
import { createCommenter } from '../git/commenter.ts';
import { createGitLabApi } from '../git/gitlab-api.ts';
import { fieldOf, textField } from '../git/text-field.ts';
import type { ProviderType } from '../provider-type.ts';

export const gitlabMergeRequestComment: ProviderType = {
  name: 'gitlabmergerequestcomment',
  description: 'Comments on merge requests of GitLab',
  settings: { address: 'URL of the repository', secret: '`token`' },
  purpose: 'change request',
  prepare(settings) {
    const api = createGitLabApi(settings);
    const notesOf = (number: number, rest = '') => api.projectUrl(`/merge_requests/${number}/notes${rest}`);
    return createCommenter(settings, {
      api,
      markerKey: 'flux-mr-comment-key',
      async author(signal) {
        const user = await api.call({ url: api.url('/user'), purpose: 'read the user' }, signal);
        return textField(user, 'username', 'the user');
      },
      authorOf: ({ author }) => fieldOf(author, 'username'),
      list: (number) => ({ url: notesOf(number, '?order_by=created_at&per_page=100&sort=asc') }),
      createUrl: (number) => notesOf(number),
      editMethod: 'PUT',
      editUrl: (number, id) => notesOf(number, `/${id}`),
    });
  },
};
