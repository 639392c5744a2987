import { expect, it } from 'vitest';
import { compileEvents } from '../../../../operator/sources/envelopes/event-filter.ts';

it.each([
  [['push'], 'push', true],
  [['Push'], 'pUSH', true],
  [['push'], 'pushed', false],
  [['push', 'pull'], 'pull', true],
  [['ObjectCreated:*'], 'objectcreated:Put', true],
  [['ObjectCreated:*'], 'ObjectCreated:', true],
  [['ObjectCreated:*'], 'ObjectRemoved:Delete', false],
  [['*:Put'], 'ObjectCreated:Put', false],
  [['*'], 'anything', true],
  [['*'], '', false],
  [[''], '', false],
  [['push'], '', false],
])('compileEvents(%j) of %s: %s', (events, type, listed) => {
  expect(compileEvents(events)?.(type)).toBe(listed);
});

it('is nothing where nothing is listed', () => {
  expect(compileEvents([])).toBeUndefined();
});
