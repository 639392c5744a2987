// What the table of CEL asks: expressions by subject, each over the same variables. `scripts/cel-table.ts` has the real
// cel-go answer them.
import questions from './cel-questions.json' with { type: 'json' };

/** The variables of all questions, as JSON gives them. */
export const CEL_VARIABLES: Readonly<Record<string, unknown>> = questions.variables;

/** Questions whose expression must be of type bool. */
export const BOOL_QUESTIONS: readonly string[] = questions.mustBeBool;

/** Questions whose expression may be of any type. */
export const ANY_QUESTIONS: readonly string[] = Object.values(questions.any).flat();
