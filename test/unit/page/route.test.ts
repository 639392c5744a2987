// What the fragment of the page's URL means.
import { describe, expect, it } from 'vitest';
import { fragmentOf, type Route, routeOf } from '../../../page/words/route.ts';

const routes: readonly (readonly [string, Route])[] = [
  ['#/receivers', { screen: 'objects', kind: 'receivers' }],
  ['#/alerts', { screen: 'objects', kind: 'alerts' }],
  ['#/receivers/apps/app', { screen: 'object', kind: 'receivers', namespace: 'apps', name: 'app', delivery: '' }],
  [
    '#/brokerreceivers/apps/a.b/01K-7%2F1',
    { screen: 'object', kind: 'brokerreceivers', namespace: 'apps', name: 'a.b', delivery: '01K-7/1' },
  ],
  ['#/playground', { screen: 'playground', namespace: '', name: '', delivery: '' }],
  ['#/playground/apps/app/01K', { screen: 'playground', namespace: 'apps', name: 'app', delivery: '01K' }],
];

describe('a fragment', () => {
  it.each(routes)('%s leads to a screen and back', (fragment, route) => {
    expect(routeOf(fragment)).toEqual(route);
    expect(fragmentOf(route)).toBe(fragment);
  });

  it.each(['', '#', '#/', '#/nothing', '#/%', '#/receivers/apps'])('%j leads to the list', (fragment) => {
    expect(routeOf(fragment)).toEqual({ screen: 'objects', kind: 'receivers' });
  });
});
