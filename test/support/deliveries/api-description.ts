/** Holds answers against a description by OpenAPI 3.1. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

interface Answer {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface Description {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Answer>> }>>>
  >;
  readonly components: object;
}

/** What of an answer is not as it is described; empty: nothing. */
export type FaultsOf = (method: string, path: string, status: number, contentType: string, body: unknown) => string[];

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** @param text of `openapi.json` */
export function faultsBy(text: string): FaultsOf {
  const description = JSON.parse(text) as Description;
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    allErrors: true,
    formats: { 'date-time': DATE_TIME },
  });
  ajv.addVocabulary(['components', 'openapi', 'info', 'paths', 'security']);
  ajv.addSchema({ $id: 'api', ...description }, 'api');
  const known = new Map<string, ValidateFunction>();
  return (method, path, status, contentType, body) => {
    const place = placeOf(description, path);
    if (place === undefined) return status === 404 ? [] : [`${path} is not described`];
    const [type = ''] = contentType.split(';');
    const answer =
      description.paths[place]?.[method.toLowerCase()]?.responses[status] ??
      problemAnywhere(description, place, status);
    if (answer?.content?.[type] === undefined) return [`${method} ${path}: ${status} with ${type} is not described`];
    const key = [place, method, status, type].join(' ');
    const validate = known.get(key) ?? ajv.compile(absolute(answer.content[type].schema));
    known.set(key, validate);
    return validate(body) ? [] : [`${method} ${path}: ${ajv.errorsText(validate.errors)}`];
  };
}

/** A method that the path does not take is in no operation; its answer is that of all. */
function problemAnywhere({ paths }: Description, place: string, status: number): Answer | undefined {
  return status === 405 ? Object.values(paths[place] ?? {})[0]?.responses[status] : undefined;
}

function placeOf({ paths }: Description, path: string): string | undefined {
  const matches = (place: string) =>
    new RegExp(`^${place.replace(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')}$`).test(path);
  // Words before parameters.
  return Object.keys(paths)
    .filter(matches)
    .sort((a, b) => a.split('{').length - b.split('{').length)[0];
}

/** With references that hold outside of the description too. */
function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/')) as object;
}
