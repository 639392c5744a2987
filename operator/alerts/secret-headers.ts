/** Reads the map of headers in a Provider's Secret, as Flux's controller does: YAML 1.1 whose scalars all become texts. */
import type { Scalar } from 'yaml';
import { DeliveryError } from './delivery-error.ts';
import { goYamlText } from './encode/go-yaml-text.ts';

const FAULT = 'failed to read headers from secret';
/** How scalars are written that are texts without a tag, whatever they say. */
const QUOTED: ReadonlySet<unknown> = new Set<Scalar.Type>([
  'BLOCK_FOLDED',
  'BLOCK_LITERAL',
  'QUOTE_DOUBLE',
  'QUOTE_SINGLE',
]);
/** The tags of texts that are not read as they are. */
const RESOLVED: ReadonlySet<unknown> = new Set(
  ['bool', 'float', 'int', 'null'].map((name) => `tag:yaml.org,2002:${name}`),
);

/** Of a name that comes twice the last counts. @throws DeliveryError final, which shows nothing of the text. */
export async function secretHeaders(text: string): Promise<ReadonlyMap<string, string>> {
  if (text === '') return new Map();
  const yaml = await import('./clients/yaml.ts');
  // All scalars are texts to this schema. What is behind the first document is not read.
  const document = yaml.parseDocument(text, { schema: 'failsafe', uniqueKeys: false });
  if (document.errors.some(({ code }) => code !== 'MULTIPLE_DOCS')) throw fault('not valid YAML');
  const { contents } = document;
  if (contents === null || (yaml.isScalar(contents) && scalarText(contents) === '')) return new Map();
  if (!yaml.isMap(contents)) throw fault('not a map of names to values');
  const textOf = (node: unknown): string => {
    if (node === null) return '';
    const resolved = node instanceof yaml.Alias ? node.resolve(document) : node;
    if (yaml.isScalar(resolved)) return scalarText(resolved);
    throw fault('a value is not text');
  };
  return new Map(contents.items.map(({ key, value }) => [textOf(key), textOf(value)]));
}

function scalarText({ value, type, tag }: Scalar): string {
  const text = String(value ?? '');
  const isPlain = tag === undefined ? !QUOTED.has(type) : RESOLVED.has(tag);
  return isPlain ? goYamlText(text) : text;
}

function fault(what: string): DeliveryError {
  return new DeliveryError('final', `${FAULT}: ${what}`);
}
