// The alerts and the dashboard name metrics that the operator has.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { synthesize } from '../support/chart.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { metricsIn, queriesIn } from '../support/queries-in.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld(await reusedControlPlane(), { args: ['--enable-leader-election', '--shutdown-delay=0s'] });
});
afterAll(() => world?.end());

/** The series that a metric may have, by its type. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_count', '_sum'],
  summary: ['', '_count', '_sum'],
};

async function served(): Promise<ReadonlySet<string>> {
  const text = await (await fetch(world.operator.metricsUrl)).text();
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set(types.flatMap(([, name, type = '']) => (SUFFIXES[type] ?? ['']).map((suffix) => `${name}${suffix}`)));
}

it('each is served, and none is misspelt', async () => {
  const manifests = await synthesize({ prometheusRule: { enabled: true }, grafanaDashboard: { enabled: true } });
  const { ruleFile, dashboard, panelQueries } = queriesIn(manifests);
  const variables = dashboard.templating.list.flatMap(({ query }) => (typeof query === 'string' ? [] : [query.query]));
  const ofVariables = variables.flatMap((query) => /^label_values\((\w+), \w+\)$/.exec(query)?.slice(1) ?? ['?']);
  const ofRules = ruleFile.groups.flatMap(({ rules }) => rules.flatMap(({ expr }) => metricsIn(expr)));
  const names = new Set([...ofVariables, ...ofRules, ...panelQueries.flatMap(metricsIn)]);
  expect(names.size).toBeGreaterThan(10);
  const known = await served();
  expect([...names].filter((name) => !known.has(name))).toEqual([]);
});
