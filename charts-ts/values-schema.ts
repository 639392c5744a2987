/** The values as a JSON schema: what the file of an installation is checked against. Nothing is required in it. */
import { type Fields, isGroup, type Schema } from './value.ts';
import { declaration } from './values.ts';

export const valuesSchema: Schema = schemaOf(declaration);

function schemaOf(fields: Fields): Schema {
  const properties = Object.entries(fields).map(([key, field]) => [
    key,
    isGroup(field) ? schemaOf(field.fields) : field.kind.schema,
  ]);
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) };
}
