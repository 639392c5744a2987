/** Every route of the API, in the order of its description. */
import type { Route } from '../route.ts';
import { deliveriesRoute } from './deliveries.ts';
import { deliveryRoute } from './delivery.ts';

export const routes: readonly Route[] = [deliveriesRoute, deliveryRoute];
