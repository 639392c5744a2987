/** The registry of provider types: a new one is a file beside this one and a line here. */
import type { ProviderType } from '../provider-type.ts';
import { discord } from './discord.ts';
import { generic } from './generic.ts';
import { genericHmac } from './generic-hmac.ts';
import { googlechat } from './googlechat.ts';
import { rocket } from './rocket.ts';
import { slack } from './slack.ts';
import { telegram } from './telegram.ts';
import { webex } from './webex.ts';

/** By `spec.type`, in the order of the docs. */
export const providerTypes: ReadonlyMap<string, ProviderType> = new Map(
  [generic, genericHmac, slack, discord, rocket, googlechat, webex, telegram].map((type) => [type.name, type]),
);
