/** Amazon EventBridge (https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html). */
import { isJsonObject } from '../../verify/is-json-object.ts';
import type { Envelope } from './envelope.ts';
import { hasTexts, textOf } from './text-of.ts';

export const eventbridge: Envelope = {
  name: 'eventbridge',
  open({ value }) {
    if (!isJsonObject(value) || !hasTexts(value, ['detail-type', 'source', 'id'])) return undefined;
    if (!isJsonObject(value.detail)) return undefined;
    const [resource]: readonly unknown[] = Array.isArray(value.resources) ? value.resources : [];
    return [
      {
        fields: {
          type: textOf(value, 'detail-type'),
          source: textOf(value, 'source'),
          subject: typeof resource === 'string' ? resource : '',
          id: textOf(value, 'id'),
          time: textOf(value, 'time'),
        },
        attributes: { account: textOf(value, 'account'), region: textOf(value, 'region') },
        payload: { value: value.detail },
      },
    ];
  },
};
