/** Makes the notifier of a Provider that stands in a manifest. */
import { createNotifiers, type Prepared } from '../../../operator/alerts/notifiers.ts';
import { providerTypes } from '../../../operator/alerts/providers/index.ts';
import type { Provider } from '../../../operator/api/provider/provider.ts';
import { uncountedTokens } from './uncounted-tokens.ts';

interface Secret {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly stringData: Readonly<Record<string, string>>;
}

export async function prepareExample(provider: Provider, secrets: readonly Secret[]): Promise<Prepared> {
  const notifiers = createNotifiers({
    types: providerTypes,
    secret: async (namespace, name) => {
      const found = secrets.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
      if (found === undefined) return undefined;
      return Object.fromEntries(Object.entries(found.stringData).map(([key, value]) => [key, Buffer.from(value)]));
    },
    allowLinkLocal: false,
    tokens: uncountedTokens(),
  });
  try {
    return await notifiers.for(provider);
  } finally {
    await notifiers.stop();
  }
}
