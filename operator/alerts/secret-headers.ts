/** Reads the map of headers in a Provider's Secret, as Flux's controller does: YAML 1.1 whose scalars all become texts. */
import { Alias, type Document, isMap, isScalar, parseDocument, Scalar } from 'yaml';
import { DeliveryError } from './delivery-error.ts';
import { goYamlText } from './encode/go-yaml-text.ts';

const FAULT = 'failed to read headers from secret';
/** Without a tag a quoted scalar is a text, whatever it says. */
const QUOTED: ReadonlySet<unknown> = new Set([
  Scalar.BLOCK_FOLDED,
  Scalar.BLOCK_LITERAL,
  Scalar.QUOTE_DOUBLE,
  Scalar.QUOTE_SINGLE,
]);
/** The tags of texts that are not read as they are. */
const RESOLVED: ReadonlySet<unknown> = new Set(
  ['bool', 'float', 'int', 'null'].map((name) => `tag:yaml.org,2002:${name}`),
);

/** Of a name that comes twice the last counts. @throws DeliveryError final, which shows nothing of the text. */
export function secretHeaders(text: string): ReadonlyMap<string, string> {
  // All scalars are texts to this schema. What is behind the first document is not read.
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: false });
  if (document.errors.some(({ code }) => code !== 'MULTIPLE_DOCS')) throw fault('not valid YAML');
  const { contents } = document;
  if (contents === null || (isScalar(contents) && scalarText(contents) === '')) return new Map();
  if (!isMap(contents)) throw fault('not a map of names to values');
  return new Map(contents.items.map(({ key, value }) => [textOf(key, document), textOf(value, document)]));
}

function textOf(node: unknown, document: Document): string {
  if (node === null) return '';
  const resolved = node instanceof Alias ? node.resolve(document) : node;
  if (isScalar(resolved)) return scalarText(resolved);
  throw fault('a value is not text');
}

function scalarText({ value, type, tag }: Scalar): string {
  const text = String(value ?? '');
  const isPlain = tag === undefined ? !QUOTED.has(type) : RESOLVED.has(tag);
  return isPlain ? goYamlText(text) : text;
}

function fault(what: string): DeliveryError {
  return new DeliveryError('final', `${FAULT}: ${what}`);
}
