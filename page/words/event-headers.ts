/** By type: the header with the name of the event. */
export const eventHeaders: Readonly<Record<string, string>> = {
  github: 'X-GitHub-Event',
  bitbucket: 'X-Event-Key',
  gitlab: 'X-Gitlab-Event',
  cdevents: 'Ce-Type',
};
