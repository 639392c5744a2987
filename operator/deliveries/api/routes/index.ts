/** Every route of the API, in the order of its description. A path of words comes before one with a `:kind` in its place. */
import type { Route } from '../route.ts';
import { deliveriesRoute } from './deliveries.ts';
import { deliveryRoute } from './delivery.ts';
import { explainRoute } from './explain.ts';
import { objectRoute } from './object.ts';
import { objectsRoute } from './objects.ts';
import { openApiRoute } from './openapi.ts';
import { payloadRoute } from './payload.ts';
import { replayRoute } from './replay.ts';
import { settingsRoute } from './settings.ts';
import { objectStreamRoute, streamRoute } from './streams.ts';
import { unknownRoute } from './unknown.ts';

export const routes: readonly Route[] = [
  unknownRoute,
  streamRoute,
  settingsRoute,
  openApiRoute,
  objectsRoute,
  objectRoute,
  deliveriesRoute,
  deliveryRoute,
  payloadRoute,
  objectStreamRoute,
  explainRoute,
  replayRoute,
];
