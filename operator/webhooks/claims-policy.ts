/** What a `generic-oidc` provider asks of the claims of a token that is genuine: its CEL, compiled once. */

import { compile, type Program } from '../../cel/cel.ts';
import { ReceiverError, RequestError } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import type { OidcProvider } from '../api/receiver/receiver.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Throws RequestError VerificationFailed, with the messages of all validations that do not hold. */
export type ClaimsPolicy = (claims: Claims) => void;

const variables = { claims: 'map(string, dyn)', vars: 'map(string, dyn)' };

function celProgram(expression: string, result: 'bool' | 'any', where: string): Program {
  try {
    return compile(expression, { variables, result });
  } catch (error) {
    throw new ReceiverError('InvalidCELExpression', `${where}: ${messageOf(error)}`, { cause: error });
  }
}

function evaluate(program: Program, claims: Claims, vars: Claims, what: string): unknown {
  try {
    return program.evaluate({ claims, vars });
  } catch (error) {
    throw new RequestError('VerificationFailed', `${what}: ${messageOf(error)}`, { cause: error });
  }
}

/** The API server takes an empty string, because Flux's does. @throws ReceiverError ValidationFailed */
function checkNotEmpty({ variables = [], validations }: OidcProvider, where: string): void {
  const check = (value: string, path: string): void => {
    if (value === '') throw new ReceiverError('ValidationFailed', `${where}.${path}: must not be empty`);
  };
  for (const [index, { name, expression }] of (variables ?? []).entries()) {
    check(name, `variables[${index}].name`);
    check(expression, `variables[${index}].expression`);
  }
  for (const [index, { expression, message }] of validations.entries()) {
    check(expression, `validations[${index}].expression`);
    check(message, `validations[${index}].message`);
  }
}

/**
 * @param where the provider's place in the spec, for messages.
 * @throws ReceiverError InvalidCELExpression, ValidationFailed
 */
export function compileClaimsPolicy(provider: OidcProvider, where: string): ClaimsPolicy {
  // Without one, every token of this issuer would be accepted.
  if (provider.validations.length === 0) {
    throw new ReceiverError('ValidationFailed', `${where}: at least one validation is required`);
  }
  checkNotEmpty(provider, where);
  const named = (provider.variables ?? []).map(({ name, expression }, index) => ({
    name,
    program: celProgram(expression, 'any', `${where}.variables[${index}] (${name})`),
  }));
  const validations = provider.validations.map(({ expression, message }, index) => ({
    message,
    program: celProgram(expression, 'bool', `${where}.validations[${index}]`),
  }));
  return (claims) => {
    const vars: Record<string, unknown> = {};
    for (const { name, program } of named) {
      const value = evaluate(program, claims, vars, `variable ${name}`);
      // Not an assignment: a variable may be called __proto__.
      Object.defineProperty(vars, name, { value, enumerable: true, configurable: true, writable: true });
    }
    const failed = validations.filter(
      ({ program, message }) => evaluate(program, claims, vars, `validation "${message}"`) !== true,
    );
    if (failed.length > 0)
      throw new RequestError('VerificationFailed', failed.map(({ message }) => message).join('; '));
  };
}
