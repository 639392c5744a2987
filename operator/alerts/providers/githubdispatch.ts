/** Starts workflows of GitHub Actions, with the event as their input. */
import { eventFields, eventJson } from '../encode/event-json.ts';
import { createGitHubApi } from '../git/github-api.ts';
import type { ProviderType } from '../provider-type.ts';
import { fitEvent } from '../text/fit-event.ts';
import { truncate } from '../text/truncate.ts';

const MAX_EVENT_TYPE_LENGTH = 100;
/** GitHub takes less than 64 KB, in bytes. */
const MAX_PAYLOAD_BYTES = 63_999;

export const githubDispatch: ProviderType = {
  name: 'githubdispatch',
  description: 'Repository dispatch events of GitHub, which start workflows',
  settings: { address: 'URL of the repository', secret: '`token`, or the keys of a [GitHub App](#use-a-github-app)' },
  prepare(settings) {
    const api = createGitHubApi(settings);
    const url = api.repositoryUrl('/dispatches');
    return {
      async send({ event }, signal) {
        const { kind, name, namespace } = event.involvedObject;
        const eventType = truncate(`${kind}/${name}.${namespace}`, MAX_EVENT_TYPE_LENGTH);
        const fitting = fitEvent(event, (cut) => Buffer.byteLength(eventJson(cut)) <= MAX_PAYLOAD_BYTES);
        const body = { event_type: eventType, client_payload: eventFields(fitting) };
        await api.call({ method: 'POST', url, body, purpose: 'create dispatch event' }, signal);
      },
    };
  },
};
