/** Fires and resolves alerts of incident.io. */
import { DeliveryError } from '../delivery-error.ts';
import { goJson } from '../encode/go-json.ts';
import type { ProviderType } from '../provider-type.ts';
import { hookUrl } from '../send/hook-url.ts';
import { post } from '../send/post.ts';
import { objectLabel } from '../text/object-label.ts';
import { sortedMap } from '../text/sorted-map.ts';

export const incidentIo: ProviderType = {
  name: 'incident.io',
  description: 'incident.io',
  settings: { address: 'URL of the HTTP alert source', secret: '`token`: token of the source, required' },
  prepare({ address, token, http }) {
    const url = hookUrl('incident.io', address);
    if (token === '') throw new DeliveryError('final', 'incident.io token cannot be empty');
    const headers = { Authorization: `Bearer ${token}` };
    return {
      async send({ event }, signal) {
        const { severity, reason, reportingController } = event;
        if (reason === 'Progressing') return;
        const body = goJson({
          title: `${objectLabel(event)}: ${reason}`,
          status: severity === 'error' ? 'firing' : 'resolved',
          deduplication_key: event.involvedObject.uid,
          description: event.message,
          metadata: sortedMap([...event.metadata, ...Object.entries({ severity, reason, reportingController })]),
        });
        await post(http, { url, headers, body }, signal);
      },
    };
  },
};
