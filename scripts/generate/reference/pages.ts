/** Writes `docs/reference/`: what the operator's own tables say, for people. */
import { crds } from '../../../operator/crds.ts';
import { apiPage } from './api.ts';
import { conditionsPage } from './conditions.ts';
import { crdPage } from './crds.ts';
import { errorsPage } from './errors.ts';
import { flagsPage } from './flags.ts';
import { logsPage } from './logs.ts';
import { metricsPage } from './metrics.ts';
import { rbacPage } from './rbac.ts';

/** The pages by their path from the repository's root. */
export function referencePages(): Readonly<Record<string, string>> {
  const kinds = crds.map((crd) => ({ kind: crd.spec.names.kind, file: `${crd.spec.names.singular}.md`, crd }));
  const pages = [
    ...kinds.map(({ kind, file, crd }) => ({ file, title: `${kind}: fields`, text: crdPage(crd) })),
    { file: 'conditions.md', title: 'Conditions and reasons', text: conditionsPage() },
    { file: 'api.md', title: 'The API of deliveries', text: apiPage() },
    { file: 'errors.md', title: 'Error codes', text: errorsPage() },
    { file: 'logs.md', title: 'Log messages', text: logsPage() },
    { file: 'metrics.md', title: 'Metrics', text: metricsPage() },
    { file: 'flags.md', title: 'Flags', text: flagsPage() },
    { file: 'rbac.md', title: 'Rights', text: rbacPage() },
  ];
  const list = [...pages, { file: 'values.md', title: 'Values of the manifests' }];
  const index = `# Reference\n\nGenerated from the code by \`npm run generate\`.\n\n${list
    .map(({ file, title }) => `- [${title}](${file})`)
    .join('\n')}\n`;
  return Object.fromEntries(
    [...pages, { file: 'README.md', text: index }].map(({ file, text }) => [`docs/reference/${file}`, text]),
  );
}
