/** Names and labels that the manifests share. */
import packageJson from '../package.json' with { type: 'json' };

/** Of the Deployment, the ServiceAccount and the roles. */
export const NAME = 'sluice';

/** What selects the operator's pods; never changes, because a Deployment's selector cannot. */
export const selectorLabels: Readonly<Record<string, string>> = {
  'app.kubernetes.io/name': NAME,
  'app.kubernetes.io/component': 'operator',
};

/** The recommended labels, for every object but the namespace, which others may share. */
export const commonLabels: Readonly<Record<string, string>> = {
  'app.kubernetes.io/name': NAME,
  'app.kubernetes.io/version': packageJson.version,
  'app.kubernetes.io/managed-by': 'cdk8s',
};
