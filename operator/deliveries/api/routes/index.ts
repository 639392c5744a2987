/** Every route of the API, in the order of its description. */
import type { Route } from '../route.ts';
import { deliveriesRoute } from './deliveries.ts';
import { deliveryRoute } from './delivery.ts';
import { explainRoute } from './explain.ts';
import { payloadRoute } from './payload.ts';
import { replayRoute } from './replay.ts';

export const routes: readonly Route[] = [deliveriesRoute, deliveryRoute, payloadRoute, explainRoute, replayRoute];
