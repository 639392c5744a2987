/** Flags whose values have parts: lists, pairs, a URL, the name of a Gateway. */
import type { ParentReference } from '../api/exposure.ts';
import type { Flag, FlagText } from './flag.ts';

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const HOST = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?|\*)(\.([a-z0-9]([-a-z0-9]*[a-z0-9])?|\*))*$/;
/** `prefix/name` as Kubernetes has it for annotations. */
const ANNOTATION = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;

function structured<T>(text: FlagText, type: string, parse: Flag<T>['parse']): Flag<T> {
  return { ...text, type, default: '', alone: false, parse };
}

function split(written: string): readonly string[] {
  return written === '' ? [] : written.split(',').map((part) => part.trim());
}

/** A comma-separated list of some of `choices`. */
export function choicesFlag<const T extends string>(text: FlagText & { readonly choices: readonly T[] }) {
  const { choices, ...rest } = text;
  return structured<readonly T[]>(rest, 'list', (written) => {
    const chosen = split(written).map((part) => choices.find((choice) => choice === part));
    const value = chosen.filter((choice) => choice !== undefined);
    return value.length < chosen.length ? { expected: `a list of ${choices.join(', ')}` } : { value };
  });
}

/** A comma-separated list of host names, in which `*` is one label. */
export function hostsFlag(text: FlagText): Flag<readonly string[]> {
  return structured<readonly string[]>(text, 'list', (written) => {
    const value = split(written);
    return value.every((host) => HOST.test(host)) ? { value } : { expected: 'hosts such as *.hooks.example.com' };
  });
}

/** Annotations, as `name=value,name=value`; a comma that no `name=` follows is part of the value. */
export function annotationsFlag(text: FlagText): Flag<Readonly<Record<string, string>>> {
  return structured<Readonly<Record<string, string>>>(text, 'annotations', (written) => {
    const pairs = written === '' ? [] : written.split(/,(?=[^,=]+=)/).map((pair) => pair.split(/=(.*)/s));
    const value = Object.fromEntries(pairs.map(([name = '', text_]) => [name.trim(), text_ ?? '']));
    const named = pairs.every(([name = '', text_]) => ANNOTATION.test(name.trim()) && text_ !== undefined);
    return named ? { value } : { expected: 'annotations such as example.com/name=value,other=value' };
  });
}

/** Undefined where it is empty; without a slash at its end. */
export function baseUrlFlag(text: FlagText): Flag<string | undefined> {
  return structured<string | undefined>(text, 'URL', (written) => {
    if (written === '') return { value: undefined };
    const url = URL.canParse(written) ? new URL(written) : undefined;
    const plain = url !== undefined && /^https?:$/.test(url.protocol) && !/[?#@]/.test(written);
    return plain ? { value: url.href.replace(/\/+$/, '') } : { expected: 'a URL such as https://hooks.example.com' };
  });
}

const PLACEHOLDERS = /\{(kind|namespace|name)\}/g;

/** A URL with the placeholders `{kind}`, `{namespace}` and `{name}`. Undefined where it is empty. */
export function linkFlag(text: FlagText): Flag<string | undefined> {
  return structured<string | undefined>(text, 'URL', (written) => {
    if (written === '') return { value: undefined };
    const example = written.replace(PLACEHOLDERS, 'x');
    const isLink = /^https?:\/\//.test(written) && URL.canParse(example) && !/[{}]/.test(example);
    return isLink
      ? { value: written }
      : { expected: 'a URL such as https://flux.example.com/{kind}/{namespace}/{name}' };
  });
}

/** `namespace/name`, or `namespace/name/listener`. Undefined where it is empty. */
export function gatewayFlag(text: FlagText): Flag<ParentReference | undefined> {
  return structured<ParentReference | undefined>(text, 'Gateway', (written) => {
    if (written === '') return { value: undefined };
    const [namespace = '', name = '', sectionName, ...more] = written.split('/');
    const parts = [namespace, name, ...(sectionName === undefined ? [] : [sectionName])];
    if (more.length > 0 || !parts.every((part) => NAME.test(part))) {
      return { expected: 'a Gateway such as namespace/name or namespace/name/listener' };
    }
    return { value: { namespace, name, ...(sectionName === undefined ? {} : { sectionName }) } };
  });
}
