import { describe, expect, it } from 'vitest';
import { acrPush, eventgridValidation } from './payloads.ts';
import { eventOf, eventsOf } from './unwrapped.ts';

describe('eventgrid', () => {
  it.each([
    ['alone', acrPush()],
    ['in a list', [acrPush()]],
  ])('is unwrapped %s', (_what, body) => {
    expect(eventOf(body)).toEqual({
      type: 'Microsoft.ContainerRegistry.ImagePushed',
      source: '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/acme',
      subject: 'webapp:1.2.3',
      id: '831e1650-001e-001b-66ab-eeb76e069631',
      time: '2026-04-25T21:39:47.6549614Z',
      attributes: {},
      req: acrPush().data,
      isObject: true,
      path: ['eventgrid'],
    });
  });

  it('may carry data that is no object', () => {
    expect(eventOf(acrPush({ data: 'text' }))).toMatchObject({ req: {}, isObject: false, path: ['eventgrid'] });
    expect(eventOf(acrPush({ data: null }))).toMatchObject({ req: {}, isObject: false, path: ['eventgrid'] });
  });

  it.each(['eventType', 'subject', 'eventTime', 'id', 'data'])('is left alone without %s', (name) => {
    expect(eventOf(acrPush({ [name]: undefined })).path).toEqual([]);
  });

  it.each(['eventType', 'subject', 'eventTime', 'id'])('is left alone where %s is no string', (name) => {
    expect(eventOf(acrPush({ [name]: 1 })).path).toEqual([]);
  });

  it('is left alone in a list with something else', () => {
    expect(eventOf([acrPush(), {}]).path).toEqual([]);
  });

  it('asks for a validation, also among others and without a code', () => {
    const { validationCode } = eventgridValidation.data;
    const events = eventsOf([eventgridValidation, acrPush(), { ...eventgridValidation, data: 1 }]);
    expect(events.map(({ handshake }) => handshake)).toEqual([
      { kind: 'eventgrid-validation', validationCode },
      undefined,
      { kind: 'eventgrid-validation', validationCode: '' },
    ]);
  });
});
