/** The registry of provider types: a new one is a file beside this one and a line here. */
import type { ProviderType } from '../provider-type.ts';
import { generic } from './generic.ts';
import { genericHmac } from './generic-hmac.ts';
import { github } from './github.ts';
import { slack } from './slack.ts';

/** By `spec.type`, in the order of the docs. */
export const providerTypes: ReadonlyMap<string, ProviderType> = new Map(
  [generic, genericHmac, slack, github].map((type) => [type.name, type]),
);
