/** Google Cloud Pub/Sub: a pull subscription, such as one of Artifact Registry's topic `gcr`. */
import { createGoogleIdentities, type GoogleCredentials, type GoogleIdentities } from '../credentials/gcp.ts';
import { createGuardedDispatcher } from '../guarded-dispatcher.ts';
import type { SourceSettings, SourceType } from '../source.ts';
import { SourceError } from '../source-error.ts';
import { createCalls } from './pubsub/calls.ts';
import { openPubSubSource } from './pubsub/pubsub-source.ts';
import { pubsubSchema } from './pubsub/schema.ts';
import { endpointFault, isGoogles, type PubSubBlock, subscriptionOf, takesCredentials } from './pubsub/subscription.ts';

/** @param identities for tests: tokens of somebody else than Google. */
export function createPubSub(identities: GoogleIdentities = createGoogleIdentities()): SourceType<PubSubBlock> {
  return {
    name: 'pubsub',
    schema: pubsubSchema,
    serviceAccountWhen: 'true',
    identity: (block) => (takesCredentials(block) ? 'required' : 'optional'),
    title(block) {
      const { name, project } = subscriptionOf(block);
      return `${name} (${project})`;
    },
    check: endpointFault,
    async open(settings) {
      const { block, certificates, clock } = settings;
      const credentials = await credentialsOf(identities, settings);
      const dispatcher = createGuardedDispatcher(certificates);
      const calls = createCalls({ subscription: subscriptionOf(block), dispatcher, credentials, clock });
      try {
        return await openPubSubSource(calls, clock);
      } catch (error) {
        await calls.close();
        throw error;
      }
    },
  };
}

async function credentialsOf(
  identities: GoogleIdentities,
  { block, identity, clock }: SourceSettings<PubSubBlock>,
): Promise<GoogleCredentials | undefined> {
  if (!takesCredentials(block)) return undefined;
  if (identity.kind === 'operator' && !isGoogles(block)) {
    const message =
      "the operator's own identity is shown to googleapis.com alone, not to pubsub.endpoint: set spec.secretRef or spec.serviceAccountName";
    throw new SourceError('ServiceAccountNotAllowed', message);
  }
  return identities({ sdk: await import('../clients/pubsub.ts'), identity, clock });
}

export const pubsub: SourceType<PubSubBlock> = createPubSub();
