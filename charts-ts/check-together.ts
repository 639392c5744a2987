/** What no value can know alone: values that do not go together. */
import { argsFault } from './check-args.ts';
import { selectorLabels } from './labels.ts';
import type { SluiceValues } from './values.ts';
import { ValuesError } from './values-error.ts';

/** Each gives what is wrong in one line, or undefined. */
const rules: readonly ((values: SluiceValues) => string | undefined)[] = [
  ({ service }) =>
    service.externalTrafficPolicy === 'Local' && service.type === 'ClusterIP'
      ? 'service.externalTrafficPolicy Local needs service.type NodePort or LoadBalancer'
      : undefined,
  ({ service }) =>
    service.loadBalancerClass !== '' && service.type !== 'LoadBalancer'
      ? 'service.loadBalancerClass needs service.type LoadBalancer'
      : undefined,
  // Otherwise the endpoint would stay open to senders that a user believes to be kept out.
  ({ service, webhook, networkPolicy }) =>
    webhook.allowFrom.length > 0 &&
    service.type !== 'LoadBalancer' &&
    !(service.externalTrafficPolicy === 'Local' && networkPolicy.ingress.enabled)
      ? 'webhook.allowFrom has no effect here: it needs service.type LoadBalancer, or NodePort with service.externalTrafficPolicy Local and networkPolicy.ingress.enabled; behind an Ingress, limit the sources there'
      : undefined,
  ({ podLabels }) => {
    const label = Object.keys(selectorLabels).find(
      (key) => podLabels[key] !== undefined && podLabels[key] !== selectorLabels[key],
    );
    return label === undefined ? undefined : `podLabels."${label}" selects the pods and cannot be changed`;
  },
  ({ tls }) => (tls.only && tls.secretName === '' ? 'tls.only needs tls.secretName' : undefined),
  ({ tls: { secretName, certificate } }) =>
    certificate.issuerName !== '' && (secretName === '' || certificate.dnsNames.length === 0)
      ? 'tls.certificate needs tls.secretName, which it makes, and tls.certificate.dnsNames'
      : undefined,
  ({ tls, ingress, httpRoute }) =>
    tls.only && (ingress.enabled || httpRoute.enabled)
      ? `${ingress.enabled ? 'ingress' : 'httpRoute'}.enabled leads to plain HTTP, which tls.only switches off`
      : undefined,
  ({ ingress }) => (ingress.enabled && ingress.host === '' ? 'ingress.host is missing' : undefined),
  ({ httpRoute }) =>
    httpRoute.enabled && httpRoute.parentRefs.length === 0
      ? 'httpRoute.parentRefs is empty: name a Gateway'
      : undefined,
  ({ targets }) => {
    const index = targets.extra.findIndex(({ group, plural }) => group === '' && plural === 'secrets');
    return index === -1
      ? undefined
      : `targets.extra[${index}]: the operator never gets the right to write the Secrets of every namespace`;
  },
  ({ resources }) =>
    resources.memoryRequestMebibytes > resources.memoryLimitMebibytes
      ? 'resources.memoryRequestMebibytes is more than resources.memoryLimitMebibytes'
      : undefined,
  argsFault,
];

/** @throws ValuesError of the first that do not. */
export function checkTogether(values: SluiceValues): void {
  for (const rule of rules) {
    const fault = rule(values);
    if (fault !== undefined) throw new ValuesError(fault);
  }
}
