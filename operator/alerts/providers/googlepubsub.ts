/** Publishes the event itself on a topic of Google Pub/Sub. */
import { googleAccess } from '../cloud/google-access.ts';
import { DeliveryError } from '../delivery-error.ts';
import { eventJson } from '../encode/event-json.ts';
import type { ProviderType } from '../provider-type.ts';
import { redact } from '../redact.ts';
import { checkStatus } from '../send/post.ts';
import { within } from '../send/within.ts';
import { fitEvent } from '../text/fit-event.ts';

const HOST = 'https://pubsub.googleapis.com';
/** Pub/Sub takes requests of 10 MB; a third more are the message's bytes in base64. */
const MAX_DATA_BYTES = 7_000_000;

export const googlePubsub: ProviderType = {
  name: 'googlepubsub',
  description: 'Google Pub/Sub',
  settings: {
    address: 'ID of the project',
    channel: 'ID of the topic',
    secret: "`token`: Google's JSON credentials; without it, workload identity. `headers`: attributes of the message",
  },
  async prepare(settings) {
    const { address: project, channel: topic, headers: attributes, http } = settings;
    if (project === '') throw new DeliveryError('final', 'GCP project ID cannot be empty');
    if (topic === '') throw new DeliveryError('final', 'GCP Pub/Sub topic ID cannot be empty');
    const emulator = process.env.PUBSUB_EMULATOR_HOST ?? '';
    const access = emulator === '' ? await googleAccess(settings) : undefined;
    const path = `/v1/projects/${encodeURIComponent(project)}/topics/${encodeURIComponent(topic)}:publish`;
    const url = new URL(path, emulator === '' ? HOST : `http://${emulator}`);
    return {
      async send({ event }, signal) {
        const cut = fitEvent(event, (each) => Buffer.byteLength(eventJson(each)) <= MAX_DATA_BYTES);
        const data = Buffer.from(eventJson(cut)).toString('base64');
        const message = attributes.size === 0 ? { data } : { data, attributes: Object.fromEntries(attributes) };
        const token = access === undefined ? undefined : await within(signal, access(signal));
        const headers = {
          'Content-Type': 'application/json',
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        };
        const body = JSON.stringify({ messages: [message] });
        const answer = await http.request({ method: 'POST', url, headers, body }, signal);
        const text = token === undefined ? answer.text : redact(answer.text, [token]);
        checkStatus({ ...answer, text }, 'Google Pub/Sub answered with status code');
      },
    };
  },
};
