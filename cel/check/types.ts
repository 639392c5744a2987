/** The static types of CEL, and when one may stand for another: the rules of cel-go's checker. */

export type Kind =
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'null'
  | 'dyn'
  | 'list'
  | 'map'
  | 'type'
  | 'optional'
  | 'timestamp'
  | 'duration'
  | 'param';

export interface Type {
  readonly kind: Kind;
  readonly of: readonly Type[];
  /** Of a type parameter, its name. */
  readonly name?: string;
}

const plain = (kind: Kind): Type => ({ kind, of: [] });

export const BOOL = plain('bool');
export const INT = plain('int');
export const STRING = plain('string');
export const DYN = plain('dyn');
const SCALARS = new Map<string, Type>(
  (['uint', 'double', 'bytes', 'null', 'timestamp', 'duration'] as const).map((kind) => [kind, plain(kind)]),
);
for (const type of [BOOL, INT, STRING, DYN]) SCALARS.set(type.kind, type);

export const listOf = (element: Type): Type => ({ kind: 'list', of: [element] });
export const mapOf = (key: Type, value: Type): Type => ({ kind: 'map', of: [key, value] });
export const optionalOf = (value: Type): Type => ({ kind: 'optional', of: [value] });
export const typeOf = (type: Type): Type => ({ kind: 'type', of: [type] });
export const param = (name: string): Type => ({ kind: 'param', of: [], name });

export function scalar(kind: string): Type {
  const type = SCALARS.get(kind);
  if (type === undefined) throw new TypeError(`no type ${kind}`);
  return type;
}

const NAMES: Partial<Record<Kind, string>> = {
  null: 'null_type',
  optional: 'optional_type',
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
};

/** As cel-go writes it: `map(string, list(int))`. */
export function showType(type: Type): string {
  const name = type.kind === 'param' ? 'dyn' : (NAMES[type.kind] ?? type.kind);
  return type.of.length === 0 ? name : `${name}(${type.of.map(showType).join(', ')})`;
}

/** The same type, part by part. */
export function sameType(a: Type, b: Type): boolean {
  return a === b || (a.kind === b.kind && a.name === b.name && sameTypes(a.of, b.of));
}

function sameTypes(a: readonly Type[], b: readonly Type[]): boolean {
  return a.length === b.length && a.every((type, i) => sameType(type, b[i] ?? DYN));
}

/** What the type parameters stand for so far; an attempt that fails leaves it as it was. */
export class Substitutions {
  readonly #bound = new Map<string, Type>();
  /** What was bound before, newest last, so that an attempt can be taken back. */
  readonly #trail: { readonly name: string; readonly before: Type | undefined }[] = [];
  #fresh = 0;

  /** A parameter that nothing is known of yet. */
  fresh(): Type {
    return param(`_${this.#fresh++}`);
  }

  /** Whether each of `from` may stand for the type of `to` at the same place, and if so, binds what follows from it. */
  assignable(from: readonly Type[], to: readonly Type[]): boolean {
    const done = this.#trail.length;
    if (from.length === to.length && from.every((type, i) => this.#assign(type, to[i] ?? DYN))) return true;
    while (this.#trail.length > done) {
      const { name = '', before } = this.#trail.pop() ?? {};
      if (before === undefined) this.#bound.delete(name);
      else this.#bound.set(name, before);
    }
    return false;
  }

  #set(name: string, type: Type): void {
    this.#trail.push({ name, before: this.#bound.get(name) });
    this.#bound.set(name, type);
  }

  /** The type with its parameters replaced; those that stay free become dyn if `free` is `dyn`. */
  resolve(type: Type, free: 'keep' | 'dyn' = 'keep'): Type {
    if (type.kind === 'param') {
      const bound = this.#bound.get(type.name ?? '');
      if (bound !== undefined) return this.resolve(bound, free);
      return free === 'dyn' ? DYN : type;
    }
    if (type.of.length === 0) return type;
    return { kind: type.kind, of: type.of.map((inner) => this.resolve(inner, free)) };
  }

  #assign(a: Type, b: Type): boolean {
    if (b.kind === 'param') {
      const outcome = this.#bind(a, b);
      if (outcome !== 'recursive') return outcome === 'yes';
    }
    if (a.kind === 'param') return this.#bind(b, a) === 'yes';
    if (a.kind === 'dyn' || b.kind === 'dyn') return true;
    if (a.kind === 'null' || b.kind === 'null') return nullable(a.kind === 'null' ? b : a);
    if (a.kind !== b.kind) return false;
    return a.kind === 'type' || a.of.every((inner, i) => this.#assign(inner, b.of[i] ?? DYN));
  }

  #bind(type: Type, parameter: Type): 'yes' | 'no' | 'recursive' {
    if (sameType(type, parameter)) return 'yes';
    const name = parameter.name ?? '';
    const bound = this.#bound.get(name);
    if (bound !== undefined) {
      if (sameType(type, bound)) return 'yes';
      if (!this.#assign(type, bound)) return 'no';
      const general = moreGeneral(type, bound);
      if (!this.#mentions(general, parameter)) this.#set(name, general);
      return 'yes';
    }
    if (this.#mentions(type, parameter)) return 'recursive';
    this.#set(name, type);
    return 'yes';
  }

  #mentions(type: Type, parameter: Type): boolean {
    if (sameType(type, parameter)) return true;
    if (type.kind !== 'param') return type.of.some((inner) => this.#mentions(inner, parameter));
    const bound = this.#bound.get(type.name ?? '');
    return bound !== undefined && this.#mentions(bound, parameter);
  }
}

function nullable(type: Type): boolean {
  return ['null', 'optional', 'timestamp', 'duration'].includes(type.kind);
}

/** The one of the two that says less. */
export function moreGeneral(a: Type, b: Type): Type {
  return saysLess(a, b) ? a : b;
}

function saysLess(a: Type, b: Type): boolean {
  if (a.kind === 'dyn' || a.kind === 'param') return true;
  if (b.kind === 'dyn' || b.kind === 'param' || a.kind !== b.kind) return false;
  return a.kind === 'type' || a.of.every((inner, i) => saysLess(inner, b.of[i] ?? DYN));
}
