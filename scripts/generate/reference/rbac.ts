import {
  clusterRules,
  listedSecretsRules,
  ownNamespaceRules,
  type Rule,
  sourceAccountRules,
  urlSecretsRules,
  watchRules,
} from '../../../charts-ts/rbac-rules.ts';
import { resolveValues } from '../../../charts-ts/resolve-values.ts';
import { table } from './table.ts';

/** The operator's rights, as the default values grant them. */
export function rbacPage(): string {
  const values = resolveValues({});
  const withNodes = resolveValues({ exposure: { nodePort: true } });
  return `# Rights

The rights of the ServiceAccount \`sluice\` with the default values. The values \`targets.extra\`, \`secrets.namespaces\`,
\`exposure.*\` and \`watchAllNamespaces\` change them: see [values](values.md).

## In the cluster

With \`watchAllNamespaces: false\` the same rights are granted in the operator's namespace alone.

${rules(watchRules(values))}

Without \`watchAllNamespaces: false\` also this one, by which replicas know each other:

${rules(clusterRules(values))}

With \`exposure.nodePort: true\` also:

${rules(clusterRules(withNodes).filter(({ resources }) => resources.includes('nodes')))}

## In the operator's namespace

${rules(ownNamespaceRules(values))}

## In each namespace of \`secrets.namespaces\`

${rules(listedSecretsRules)}

## In each namespace of \`exposure.urlSecrets.namespaces\`

${rules(urlSecretsRules)}

## In each namespace of \`sources.serviceAccounts\`

For each ServiceAccount that is listed, such as \`flux-events\`:

${rules(sourceAccountRules(['flux-events']))}
`;
}

function rules(list: readonly Rule[]): string {
  const rows = list.map(({ group, resources, verbs, name }) => [
    group === '' ? '(core)' : group,
    resources.map((resource) => `\`${resource}\``).join(', '),
    verbs.map((verb) => `\`${verb}\``).join(', '),
    name === undefined ? '' : `\`${name}\``,
  ]);
  return table(['group', 'resources', 'verbs', 'only the object'], rows);
}
