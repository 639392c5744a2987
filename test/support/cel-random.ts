// Expressions of CEL put together by chance, the same for the same seed: operators, macros and functions over all types.
// Without `map` and `filter`: over a map, cel-go gives their elements in another order each time.

const ATOMS = (
  'req|res|req.action|req.flag|req.size|req.ratio|req.list|req.mixed|req.names|req.none|req.map|req.nested|req.nothing|' +
  'req.missing|req.when|res.metadata|1|0|-1|2|1u|0u|2.5|1.0|-0.0|"a"|"héllo"|""|"push"|b"x"|true|false|null|[]|{}|[1, 2]|' +
  '["a"]|[1.5]|[[1], [2]]|{"a": 1}|{1: "x"}|{true: 1u}|[null]|[dyn(1), dyn("a")]|timestamp(0)|duration("90m")|int|string|' +
  'type(1)|list|optional.of(1)|optional.none()|optional.of("a")|req.?size|req.?missing|req.?map.?a|x|y|.req.action|dyn(1)|' +
  'dyn("a")|dyn(1u)|dyn([1])|9223372036854775807|18446744073709551615u|1e300|"2024-01-01T00:00:00Z"'
).split('|');
const KEYS = '"a"|1|1u|true|-1|dyn(1)|dyn("a")|req.action|req.size|req.missing'.split('|');
const OPERATORS = '+ - * / % == != < <= > >= in && ||'.split(' ');
const MACROS = 'all exists exists_one optMap optFlatMap'.split(' ');
const FUNCTIONS =
  'size int uint double string bytes bool type dyn timestamp duration optional.of optional.ofNonZeroValue base64.encode base64.decode strings.quote'.split(
    ' ',
  );
const MEMBERS =
  'size trim lowerAscii upperAscii reverse hasValue value first last getFullYear getHours getSeconds join unwrapOpt'.split(
    ' ',
  );
const MEMBERS_OF_ONE =
  'contains startsWith endsWith matches split indexOf lastIndexOf charAt substring join or orValue format'.split(' ');
const FIELDS = 'a x size ?a ?list map name'.split(' ');
const CLAUSES = 's d f e x b .2f o'.split(' ');

/** So many expressions. */
export function randomExpressions(count: number, seed: number): string[] {
  let state = seed;
  const below = (limit: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
  const pick = (list: readonly string[]): string => list[below(list.length)] ?? '';
  const shapes: readonly ((part: () => string) => string)[] = [
    (part) => `(${part()} ${pick(OPERATORS)} ${part()})`,
    (part) => `(${part()} ${pick(OPERATORS)} ${part()})`,
    (part) => `${part()}.${pick(MACROS)}(${pick(['x', 'y', 'req'])}, ${part()})`,
    (part) => `${pick(FUNCTIONS)}(${part()})`,
    (part) => `${part()}.${pick(MEMBERS)}()`,
    (part) => `${part()}.${pick(MEMBERS_OF_ONE)}(${part()})`,
    (part) => `${part()}[${pick(['', '', '?'])}${part()}]`,
    (part) => `${part()}.${pick(FIELDS)}`,
    (part) => `(${part()} ? ${part()} : ${part()})`,
    (part) => `[${part()}, ${part()}]`,
    (part) => `{${pick(KEYS)}: ${part()}}`,
    (part) => `${pick(['!', '-'])}${part()}`,
    (part) => `sets.${pick(['contains', 'intersects', 'equivalent'])}(${part()}, ${part()})`,
    (part) => `"%${pick(CLAUSES)}".format([${part()}])`,
    (part) => `has(${part()}.a)`,
  ];
  const make = (depth: number): string => {
    const shape = depth <= 0 || below(6) === 0 ? undefined : shapes[below(shapes.length)];
    return shape === undefined ? pick(ATOMS) : shape(() => make(depth - 1));
  };
  return [...new Set(Array.from({ length: count }, () => make(1 + below(3))))];
}
