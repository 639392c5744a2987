/** Values as somebody wrote them, checked against the schema. */
import { isIP } from 'node:net';
import { Ajv, type ErrorObject } from 'ajv';
import { nearestName } from '../operator/config/nearest-name.ts';
import type { SluiceProps } from './values.ts';
import { ValuesError } from './values-error.ts';
import { valuesSchema } from './values-schema.ts';

const ajv = new Ajv({ verbose: true, allowUnionTypes: true });
ajv.addFormat('cidr', isCidr);
const validate = ajv.compile<SluiceProps>(valuesSchema);

/** @throws ValuesError of the first fault. */
export function validateValues(values: unknown): SluiceProps {
  if (validate(values)) return values;
  const [error] = validate.errors ?? [];
  throw new ValuesError(error === undefined ? 'the values are invalid' : described(error));
}

function isCidr(written: string): boolean {
  const [address = '', prefix = '', ...rest] = written.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}

function described(error: ErrorObject): string {
  const path = pathOf(error.instancePath);
  if (error.keyword === 'additionalProperties') {
    const known = Object.keys((error.parentSchema as { properties?: object }).properties ?? {});
    return unknownKey(path, String(error.params.additionalProperty), known);
  }
  if (error.keyword === 'required') return `${joined(path, String(error.params.missingProperty))} is missing`;
  const where = path === '' ? 'the values' : path;
  return `${where}: expected ${expectationOf(error)}, not ${shown(error.data)}`;
}

function unknownKey(path: string, key: string, known: readonly string[]): string {
  const nearest = nearestName(key, known);
  const meant = nearest === undefined ? `there are ${known.join(', ')}` : `did you mean ${joined(path, nearest)}?`;
  return `${joined(path, key)} is unknown; ${meant}`;
}

function expectationOf({ keyword, params, message, data }: ErrorObject): string {
  switch (keyword) {
    case 'type':
      return names[String(params.type)] ?? String(params.type);
    case 'enum': {
      const allowed = params.allowedValues as readonly string[];
      const nearest = typeof data === 'string' ? nearestName(data, allowed) : undefined;
      return `one of ${allowed.join(', ')}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`;
    }
    case 'minimum':
      return `at least ${params.limit}`;
    case 'maximum':
      return `at most ${params.limit}`;
    case 'minLength':
      return 'a text that is not empty';
    case 'format':
      return 'a CIDR such as 192.0.2.0/24 or 2001:db8::/32';
    case 'pattern':
      return `a text like ${params.pattern}`;
    default:
      return message ?? keyword;
  }
}

const names: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
};

/** `/service/ports/0` as `service.ports[0]`. */
function pathOf(pointer: string): string {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  return keys.reduce(joined, '');
}

function joined(path: string, key: string): string {
  if (/^\d+$/.test(key)) return `${path}[${key}]`;
  const quoted = /^[A-Za-z0-9_]+$/.test(key) ? key : JSON.stringify(key);
  return path === '' ? quoted : `${path}.${quoted}`;
}

/** A value in a line, cut where it is long. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
