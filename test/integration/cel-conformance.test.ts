// The conformance tests of the CEL specification, run by our engine. What is not applicable is counted by its reason.
import { expect, it } from 'vitest';
import { CelCompileError, CelRuntimeError, compile } from '../../cel/cel.ts';
import { check } from '../../cel/check/checker.ts';
import { readType } from '../../cel/check/type-text.ts';
import { showType } from '../../cel/check/types.ts';
import { parse } from '../../cel/parse/parser.ts';
import { type ConformanceTest, conformanceTests } from '../support/cel-conformance.ts';
import { findCelGo } from '../support/cel-go.ts';
import { isPlain, readSpecValue, type SpecValue, sameValue } from '../support/cel-spec-value.ts';

const EXTENSIONS = new Set(['math_ext', 'bindings_ext', 'block_ext', 'macros2', 'proto2_ext']);
const MESSAGES = /TestAllTypes|wrapper\(|google\.protobuf\.(?!Timestamp\b(?!\{)|Duration\b(?!\{))|cel\.expr|GlobalEnum/;

/** Tests where cel-go, as Flux sets it up, answers otherwise: cel-questions.json asks it the same. */
const AS_CEL_GO: ReadonlySet<string> = new Set([
  // It refuses a constant index of a type that no map has.
  'fields/map_fields/map_bad_key_type_or_true',
  'fields/map_fields/map_bad_key_type_and_false',
  // Names in backticks are an option that Flux does not set.
  ...['access_slash', 'access_dash', 'access_dot'].map((name) => `fields/quoted_map_fields/field_${name}`),
  ...['slash', 'dash', 'dot'].map((name) => `fields/quoted_map_fields/has_field_${name}`),
  // The last of equal keys counts.
  'fields/qualified_identifier_resolution/map_value_repeat_key',
  'optionals/optionals/map_null_entry_no_such_key',
  'optionals/optionals/map_present_key_invalid_field',
  'string_ext/value_errors/indexof_out_of_range',
  'string_ext/value_errors/lastindexof_out_of_range',
  // All milliseconds of the duration, not those of its last second.
  'timestamps/duration_converters/get_milliseconds',
]);

/** Why a test is not for filters, or undefined. */
function notApplicable(test: ConformanceTest): string | undefined {
  if (EXTENSIONS.has(test.name.split('/')[0] ?? '')) return 'an extension that Flux does not enable';
  if (test.flags.includes('function')) return 'functions that the test declares';
  if (test.outcome === 'unknown' || test.flags.includes('unknown')) return 'unknown values';
  const used = [test.expr, test.container ?? '', test.type ?? '', ...Object.values(test.types)].join(' ');
  if (MESSAGES.test(used) || !isPlain(test.value) || !isPlain(test.bindings)) return 'messages and enums of protobuf';
  if (test.container !== undefined || Object.keys(test.types).some((name) => name.includes('.'))) {
    return 'containers and names with dots';
  }
  return undefined;
}

/** `passed`, why the test is not applicable, or what is wrong. */
function outcome(test: ConformanceTest): { passed: boolean; reason?: string; failure?: string } {
  const reason = notApplicable(test);
  if (reason !== undefined) return { passed: false, reason };
  let got: unknown;
  try {
    const types = new Map(Object.entries(test.types).map(([name, type]) => [name, readType(type)]));
    const program = compile(test.expr, { variables: test.types, result: 'any' });
    const type = showType(check(test.expr, parse(test.expr), types).type);
    if (test.type !== undefined && type !== test.type) return { passed: false, failure: `its type is ${type}` };
    if (test.flags.includes('check only')) return { passed: true };
    const bindings = Object.entries(test.bindings).map(([name, value]) => [name, readSpecValue(value as SpecValue)]);
    got = program.evaluate(Object.fromEntries(bindings) as Record<string, unknown>);
  } catch (error) {
    if (!(error instanceof CelCompileError || error instanceof CelRuntimeError)) throw error;
    if (test.outcome === 'error') return { passed: true };
    if (error instanceof CelCompileError && test.flags.includes('no check')) {
      return { passed: false, reason: 'runs without a type check' };
    }
    // Flux makes literals homogeneous.
    if (/: expected type '.*' but found '.*'/.test(error.message)) {
      return { passed: false, reason: 'literals of mixed types, which Flux refuses' };
    }
    return { passed: false, failure: error.message };
  }
  if (test.outcome === 'error') return { passed: false, failure: 'no error' };
  return sameValue(readSpecValue(test.value as SpecValue), got)
    ? { passed: true }
    : { passed: false, failure: 'another value' };
}

it('the conformance tests of the CEL specification', async () => {
  const tests = conformanceTests(await findCelGo(() => undefined));
  const outcomes = tests.map((test) => ({ test, ...outcome(test) }));
  const reasons = Object.groupBy(outcomes, ({ passed, reason }) =>
    passed ? 'passed' : (reason ?? 'answered otherwise'),
  );
  const counts = Object.entries(reasons).map(([reason, list]) => `${list?.length} ${reason}`);
  process.stdout.write(`${tests.length} tests of the CEL specification: ${counts.join(', ')}\n`);
  const failed = outcomes.filter(({ test, failure }) => failure !== undefined && !AS_CEL_GO.has(test.name));
  const different = outcomes.filter(({ failure }) => failure !== undefined).length - failed.length;
  expect(failed.map(({ test, failure }) => `${test.name}: ${test.expr}: ${failure}`)).toEqual([]);
  expect(different, 'tests that cel-go answers otherwise').toBe(AS_CEL_GO.size);
  expect(reasons.passed?.length).toBeGreaterThan(1_000);
});
