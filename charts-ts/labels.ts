/** Names and labels that the manifests share. */
import { NAME, selectorLabels } from '../operator/api/installation.ts';
import packageJson from '../package.json' with { type: 'json' };

export { NAME, selectorLabels };

/** The recommended labels, for every object but the namespace, which others may share. */
export const commonLabels: Readonly<Record<string, string>> = {
  'app.kubernetes.io/name': NAME,
  'app.kubernetes.io/version': packageJson.version,
  'app.kubernetes.io/managed-by': 'cdk8s',
};
