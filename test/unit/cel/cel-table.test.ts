// What cel-go says of an expression, and what our own says. No difference in this table is known; outside of it are:
// - messages of protobuf (`google.protobuf.Duration{seconds: 1}`, `google.protobuf.NullValue.NULL_VALUE`) do not compile:
//   nothing in a filter has one;
// - an expression is at most 32 KiB here and 100,000 code points there; a chain of one operator may be longer here;
// - double('0x1p-2') is an error: only decimal numbers are read;
// - names of time zones are Node's, whose history for a few of them (EST before 1970) is another;
// - cel-go v0.27 panics on `[?x]` with an x of type dyn, which compiles here, and on keys of bytes, and gives an optional
//   for `has()` of an optional's field inside a conditional, where here it is a bool;
// - a type's name with a dot in front (`.int`), inside a macro whose variable has that name, does not compile there.
import { describe, expect, it } from 'vitest';
import type { CelAnswer } from '../../support/cel-go.ts';
import { ANY_QUESTIONS, BOOL_QUESTIONS } from '../../support/cel-questions.ts';
import { ourAnswer } from '../../support/our-cel.ts';
import table from './cel-table.json' with { type: 'json' };

describe('an expression means what it means to cel-go', () => {
  it.each(table as CelAnswer[])('$must: $expression', (expected) => {
    expect(ourAnswer(expected.expression, expected.must)).toEqual(expected);
  });

  it('and every question has its answer in the table', () => {
    expect(table.map(({ expression }) => expression)).toEqual([...BOOL_QUESTIONS, ...ANY_QUESTIONS]);
  });
});
