import { expect, it } from 'vitest';
import { metricsIn } from '../../support/queries-in.ts';

it.each([
  ['max(a_b) > 300', ['a_b']],
  ['(sum(a{name="x-y", b=~".*"}) or vector(0)) < 1', ['a']],
  ['histogram_quantile(0.5, sum by (le, type) (rate(a_bucket{job="b"}[5m])))', ['a_bucket']],
  ['sum without(pod) (a) / on (kind) group_left (name) b and c offset 5m', ['a', 'b', 'c']],
  ['a + a', ['a']],
])('the metrics of %s', (query, expected) => {
  expect(metricsIn(query)).toEqual(expected);
});
