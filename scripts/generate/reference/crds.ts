import type { CustomResourceDefinition } from '../../../operator/api/crd.ts';
import type { JsonSchema } from '../../../operator/api/json-schema.ts';
import { table } from './table.ts';

/** The fields of one kind, as `kubectl explain` shows them. */
export function crdPage({ spec: { group, names, versions } }: CustomResourceDefinition): string {
  const version = versions.find(({ storage }) => storage);
  if (version === undefined) throw new Error(`${names.kind} has no stored version`);
  const { description = '', properties = {} } = version.schema.openAPIV3Schema;
  const parts = ['spec', 'status'].flatMap((part) => {
    const schema = properties[part];
    return schema === undefined ? [] : [`## ${part}\n\n${fields(schema)}`];
  });
  return `# ${names.kind}

\`apiVersion: ${group}/${version.name}\`, \`kind: ${names.kind}\`. ${description}

${parts.join('\n\n')}
`;
}

function fields(schema: JsonSchema): string {
  return table(['field', 'type', 'default', 'meaning'], [...rowsOf(schema, '')]);
}

function* rowsOf(schema: JsonSchema, path: string): Generator<readonly string[]> {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const own = path === '' ? name : `${path}.${name}`;
    const required = schema.required?.includes(name) === true ? ', required' : '';
    yield [`\`${own}\``, `${typeOf(field)}${required}`, defaultOf(field), `${field.description ?? ''}${limits(field)}`];
    yield* rowsOf(field.items ?? field, field.items === undefined ? own : `${own}[]`);
  }
}

function typeOf({ type, items, additionalProperties, format }: JsonSchema): string {
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (additionalProperties !== undefined) return `map of ${typeOf(additionalProperties)}`;
  return format ?? type;
}

function defaultOf({ default: value }: JsonSchema): string {
  return value === undefined ? '' : `\`${JSON.stringify(value)}\``;
}

function limits({ enum: choices, pattern }: JsonSchema): string {
  if (choices !== undefined) return ` One of ${choices.map((choice) => `\`${choice}\``).join(', ')}.`;
  return pattern === undefined ? '' : ` Pattern: \`${pattern}\`.`;
}
