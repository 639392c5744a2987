import type { Right } from '../../../operator/deliveries/api/access.ts';
import { problemTable } from '../../../operator/deliveries/api/problem.ts';
import { routes } from '../../../operator/deliveries/api/routes/index.ts';
import { table } from './table.ts';

const RIGHTS: Readonly<Record<Right, string>> = {
  object: '`get` the object',
  deliveries: '`get` `deliveries`',
  payloads: '`get` `payloads`',
  replay: '`create` `replay`',
};

/** Every route of the API of deliveries, the right that it takes, and its problems. */
export function apiPage(): string {
  const rows = routes.map(({ method, path, right, describe }) => [
    `\`${method} ${path.replace(/:(\w+)/g, '{$1}')}\``,
    Object.keys(describe.query ?? {})
      .map((name) => `\`${name}\``)
      .join(', ') || '–',
    (typeof right === 'string' ? [right] : (right ?? [])).map((each) => RIGHTS[each]).join(' or ') || '–',
    describe.summary,
  ]);
  const problems = Object.entries(problemTable).map(([code, { status, title }]) => [
    `\`${code}\``,
    String(status),
    title,
  ]);
  return `# The API of deliveries

Every path begins with \`/api/v1\`, on \`--page-addr\`. \`GET /api/v1/openapi.json\` describes each answer. \`{kind}\` is \`receivers\`,
\`brokerreceivers\` or \`alerts\`.

- A list is \`{items, continue, partial, recordingSince}\`. \`continue\` is empty at the end, else it is the parameter \`continue\` for the next
  part. \`partial\` names the replicas that did not answer. \`recordingSince\` has the time since when each replica records.
- Over loopback no token is needed, but for a replay. A token that is sent is always judged: by TokenReview, which is kept for 60 s, then by
  SubjectAccessReview in the namespace of the object, which is kept for 10 s.
- A right is one on a subresource of the kind in its own API group, such as \`receivers/deliveries\`. What a token does not allow is left out of
  lists and streams, and is 404 elsewhere. The URL of a Receiver takes the right to \`get\` it, too.
- A stream sends server-sent events \`delivery\`, with a delivery as \`data\` and its \`id\`. A later one of the same \`id\` replaces it. A reader that is
  too slow loses the connection; with \`Last-Event-ID\` it goes on after what it has seen.

## Routes

${table(['route', 'query', 'right', 'answer'], rows)}

## Problems

An error is \`application/problem+json\` (RFC 9457) with the field \`code\`; \`parameter\` names the parameter at fault.

${table(['code', 'status', 'meaning'], problems)}
`;
}
