import { expect, it } from 'vitest';
import { compileEvents } from '../../../operator/sources/event-filter.ts';

it.each<[events: string[], type: string, listed: boolean]>([
  [['ECR Image Action'], 'ECR Image Action', true],
  [['ecr image action'], 'ECR Image Action', true],
  [['ECR Image Action'], 'ECR Image Scan', false],
  [['ObjectCreated:*'], 'ObjectCreated:Put', true],
  [['objectcreated:*'], 'ObjectCreated:Put', true],
  [['ObjectCreated:*'], 'ObjectCreated', false],
  [['ObjectCreated:*', 'INSERT'], 'insert', true],
  [['*'], 'anything', true],
  [['*'], '', false],
  [[''], '', false],
  [['a*b'], 'a*b', true],
  [['a*b'], 'axb', false],
])('%j and %j: %s', (events, type, listed) => {
  expect(compileEvents(events)?.(type)).toBe(listed);
});

it('without a list there is no filter', () => {
  expect(compileEvents([])).toBeUndefined();
});
