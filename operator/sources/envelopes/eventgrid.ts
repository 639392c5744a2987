/** Azure Event Grid's own schema (https://learn.microsoft.com/azure/event-grid/event-schema). */
import { isJsonObject } from '../../verify/is-json-object.ts';
import type { Content, Envelope } from './envelope.ts';
import { hasTexts, textOf } from './text-of.ts';

const VALIDATION = 'Microsoft.EventGrid.SubscriptionValidationEvent';

export const eventgrid: Envelope = {
  name: 'eventgrid',
  open({ value }) {
    const events: readonly unknown[] = Array.isArray(value) ? value : [value];
    return events.length > 0 && events.every(isEvent) ? events.map(contentOf) : undefined;
  },
};

function isEvent(value: unknown): value is Record<string, unknown> {
  return (
    isJsonObject(value) && hasTexts(value, ['eventType', 'subject', 'eventTime', 'id']) && Object.hasOwn(value, 'data')
  );
}

function contentOf(event: Record<string, unknown>): Content {
  const { data } = event;
  const fields = {
    type: textOf(event, 'eventType'),
    source: textOf(event, 'topic'),
    subject: textOf(event, 'subject'),
    id: textOf(event, 'id'),
    time: textOf(event, 'eventTime'),
  };
  if (fields.type !== VALIDATION) return { fields, payload: { value: data } };
  const validationCode = isJsonObject(data) ? textOf(data, 'validationCode') : '';
  return { fields, payload: { value: data }, handshake: { kind: 'eventgrid-validation', validationCode } };
}
