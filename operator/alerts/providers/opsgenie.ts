/** Opens an alert in Opsgenie. */
import { DeliveryError } from '../delivery-error.ts';
import { goJson } from '../encode/go-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderType } from '../provider-type.ts';
import { hookUrl } from '../send/hook-url.ts';
import { post } from '../send/post.ts';
import { fitEvent } from '../text/fit-event.ts';
import { sortedMap } from '../text/sorted-map.ts';
import { truncate } from '../text/truncate.ts';

/** Opsgenie's limits, in characters. */
const MAX_MESSAGE_LENGTH = 130;
const MAX_DESCRIPTION_LENGTH = 15_000;
/** Of all keys and values together. */
const MAX_DETAILS_LENGTH = 8_000;

export const opsgenie: ProviderType = {
  name: 'opsgenie',
  description: 'Opsgenie',
  settings: { address: '`https://api.opsgenie.com/v2/alerts`', secret: '`token`: API key, required' },
  prepare({ address, token, http }) {
    const url = hookUrl('Opsgenie', address);
    if (token === '') throw new DeliveryError('final', 'opsgenie token cannot be empty');
    const headers = { Authorization: `GenieKey ${token}` };
    return {
      async send({ event }, signal) {
        const fitting = fitEvent(event, fits);
        const { kind, name } = event.involvedObject;
        const message = truncate(`${kind}/${name}`, MAX_MESSAGE_LENGTH);
        const body = goJson({ message, description: fitting.message, details: detailsOf(fitting) });
        await post(http, { url, headers, body }, signal);
      },
    };
  },
};

function detailsOf({ metadata, severity }: FluxEvent): ReadonlyMap<string, string> {
  return sortedMap([...metadata, ['severity', severity]]);
}

function fits(event: FluxEvent): boolean {
  const lengths = [...detailsOf(event)].map(([key, value]) => key.length + value.length);
  const length = lengths.reduce((sum, each) => sum + each, 0);
  return event.message.length <= MAX_DESCRIPTION_LENGTH && length <= MAX_DETAILS_LENGTH;
}
