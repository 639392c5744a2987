/** GitHub's own description of its API judges requests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type AnySchema } from 'ajv';
import { unpackedFiles } from '../npm-files.ts';
import type { RecordedRequest } from './recorder.ts';

const PACKAGE = '@octokit/openapi@23.0.2';
const FILE = 'generated/api.github.com.json';
/** Of a server of one's own; api.github.com has none. */
const PREFIX = /^\/api\/v3(?=\/)/;

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation | undefined>>>>;
  readonly components: { readonly parameters: Readonly<Record<string, Parameter>> };
}

interface Operation {
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: { readonly 'application/json'?: { readonly schema: AnySchema } };
  };
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: boolean;
  readonly schema: AnySchema;
}

export interface GitHubJudge {
  /** What the description objects to; empty: nothing. */
  faults(request: Pick<RecordedRequest, 'method' | 'path' | 'body'>): readonly string[];
}

/** @throws Error with one line that says why the description cannot be had. */
export function githubJudge(): GitHubJudge {
  const description: Description = JSON.parse(readFileSync(join(unpackedFiles(PACKAGE, [FILE]), FILE), 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const paths = Object.keys(description.paths).map((template) => ({ template, segments: template.split('/') }));
  return {
    faults({ method, path, body }) {
      const { pathname, searchParams } = new URL(path.replace(PREFIX, ''), 'https://api.github.com');
      const found = paths.flatMap(({ template, segments }) => {
        const values = valuesOf(segments, pathname.split('/'));
        const operation = description.paths[template]?.[method.toLowerCase()];
        return values === undefined || operation === undefined ? [] : [{ operation, values }];
      });
      // A path of names beats one of variables.
      const [best] = found.sort((one, other) => one.values.size - other.values.size);
      if (best === undefined) return [`there is no ${method} ${pathname}`];
      const parameters = (best.operation.parameters ?? []).map((each) => resolved(description, each));
      const faultsOf = (schema: AnySchema, value: unknown, what: string) => {
        const check = ajv.compile(schema);
        return check(value) ? [] : [`${what}: ${ajv.errorsText(check.errors, { dataVar: '' })}`];
      };
      const ofParameters = [...best.values, ...searchParams].flatMap(([name, value]) => {
        const parameter = parameters.find((each) => each.name === name);
        if (parameter === undefined) return [`there is no parameter ${name}`];
        return faultsOf(parameter.schema, typed(parameter, value), name);
      });
      return [...ofParameters, ...bodyFaults(best.operation, body, faultsOf)];
    },
  };
}

function valuesOf(template: readonly string[], path: readonly string[]): ReadonlyMap<string, string> | undefined {
  if (template.length !== path.length) return undefined;
  const values = new Map<string, string>();
  for (const [index, segment] of template.entries()) {
    const [, name] = /^\{(.*)\}$/.exec(segment) ?? [];
    if (name === undefined && segment !== path[index]) return undefined;
    if (name !== undefined) values.set(name, decodeURIComponent(path[index] ?? ''));
  }
  return values;
}

function resolved({ components }: Description, parameter: NonNullable<Operation['parameters']>[number]): Parameter {
  if (!('$ref' in parameter)) return parameter;
  const found = components.parameters[parameter.$ref.replace('#/components/parameters/', '')];
  if (found === undefined) throw new Error(`GitHub's description has no ${parameter.$ref}`);
  return found;
}

function typed({ schema }: Parameter, value: string): unknown {
  const { type } = schema as { readonly type?: string };
  return type === 'integer' && /^-?\d+$/.test(value) ? Number(value) : value;
}

function bodyFaults(
  { requestBody }: Operation,
  body: string,
  faultsOf: (schema: AnySchema, value: unknown, what: string) => readonly string[],
): readonly string[] {
  if (body === '') return requestBody?.required === true ? ['the body is missing'] : [];
  const schema = requestBody?.content['application/json']?.schema;
  if (schema === undefined) return ['there must be no body'];
  const value = JSON.parse(body);
  const known = Object.keys((schema as { readonly properties?: object }).properties ?? {});
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  return [...unknown.map((key) => `the body has no ${key}`), ...faultsOf(schema, value, 'the body')];
}
