// The alerts and the dashboard of the manifests, judged by promtool.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { synthesize } from '../../support/chart.ts';
import { promtool } from '../../support/promtool.ts';
import { type Queries, queriesIn } from '../../support/queries-in.ts';

const LEADS = 'leader_election_master_status{name="sluice-leader-election"}';
/** One minute a sample, long enough for each alert. */
const LONG = 'x60';

let folder: string;
let queries: Queries;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-rules-'));
  queries = queriesIn(await synthesize({ prometheusRule: { enabled: true }, grafanaDashboard: { enabled: true } }));
  await writeFile(join(folder, 'rules.yaml'), stringify(queries.ruleFile));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const rules = () => queries.ruleFile.groups.flatMap((group) => group.rules);

describe('the alerts', () => {
  it('are rules of Prometheus', () => {
    const { code, output } = promtool('check', 'rules', join(folder, 'rules.yaml'));
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining(`${rules().length} rules found`),
    });
  });

  /** Series that make an alert fire, and the alert. */
  const firing: readonly (readonly [alert: string, series: Readonly<Record<string, string>>])[] = [
    ...[
      ['SluiceWebhooksRefused', 'Refused'],
      ['SluiceSilentBreak', 'SilentBreak'],
    ].map(
      ([alert = '', reason]) =>
        [
          alert,
          { [LEADS]: `1${LONG}`, [`sluice_objects_not_delivering{kind="Receiver",reason="${reason}"}`]: `1${LONG}` },
        ] as const,
    ),
    [
      'SluiceTargetsUnresolved',
      { [LEADS]: `1${LONG}`, 'sluice_unresolved_refs{kind="Receiver",reason="TargetNotFound"}': `2${LONG}` },
    ],
    [
      'SluicePushToArtifactSlow',
      {
        [LEADS]: `1${LONG}`,
        'sluice_push_to_artifact_seconds_bucket{kind="GitRepository",le="120"}': `0+9${LONG}`,
        'sluice_push_to_artifact_seconds_bucket{kind="GitRepository",le="300"}': `0+10${LONG}`,
        'sluice_push_to_artifact_seconds_bucket{kind="GitRepository",le="+Inf"}': `0+10${LONG}`,
      },
    ],
    [
      'SluiceNotificationsPending',
      { [LEADS]: `1${LONG}`, sluice_notifications_pending_oldest_seconds: `301+60${LONG}` },
    ],
    ['SluiceNoLeader', { [LEADS]: `0${LONG}` }],
    ['SluiceNoLeader', {}],
    ['SluiceNotificationQueueOld', { [LEADS]: `1${LONG}`, sluice_notifications_age_seconds: `601+60${LONG}` }],
  ];
  /** Where all is well, as two replicas say. */
  const fine = {
    [`${LEADS.slice(0, -1)},pod="a"}`]: `1${LONG}`,
    [`${LEADS.slice(0, -1)},pod="b"}`]: `0${LONG}`,
    'sluice_push_to_artifact_seconds_bucket{kind="GitRepository",le="2"}': `0+10${LONG}`,
    'sluice_push_to_artifact_seconds_bucket{kind="GitRepository",le="+Inf"}': `0+10${LONG}`,
    sluice_notifications_pending_oldest_seconds: `0${LONG}`,
    sluice_notifications_age_seconds: `0${LONG}`,
  };

  async function fired(name: string, series: Readonly<Record<string, string>>, alerts: readonly string[]) {
    const test = {
      interval: '1m',
      input_series: Object.entries(series).map(([each, values]) => ({ series: each, values })),
      promql_expr_test: [
        {
          expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
          eval_time: '50m',
          exp_samples: alerts.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 })),
        },
      ],
    };
    const file = join(folder, `${name}.yaml`);
    await writeFile(file, stringify({ rule_files: ['rules.yaml'], evaluation_interval: '1m', tests: [test] }));
    return promtool('test', 'rules', file);
  }

  it.each(firing.map((each, index) => [...each, index] as const))('fire: %s by %j', async (alert, series, index) => {
    expect(await fired(`firing-${index}`, series, [alert])).toMatchObject({ code: 0 });
  });

  it('are described', async () => {
    const page = await readFile(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');
    const described = [...page.matchAll(/^\| `(Sluice\w+)`/gm)].map(([, alert]) => alert);
    expect(described).toEqual(rules().map(({ alert }) => alert));
  });

  it('fire each for something, and none where all is well', async () => {
    expect([...new Set(firing.map(([alert]) => alert))].sort()).toEqual(
      rules()
        .map(({ alert }) => alert)
        .sort(),
    );
    expect(await fired('fine', fine, [])).toMatchObject({ code: 0 });
  });
});

describe('the dashboard', () => {
  it('has queries of Prometheus', async () => {
    const { panelQueries } = queries;
    expect(panelQueries.join()).not.toContain('$');
    const recorded = panelQueries.map((expr, index) => ({ record: `panel:${index}`, expr }));
    const file = join(folder, 'panels.yaml');
    await writeFile(file, stringify({ groups: [{ name: 'panels', rules: recorded }] }));
    expect(promtool('check', 'rules', file)).toMatchObject({ code: 0 });
  });

  it('has panels of their own names, each in a place of its own', () => {
    const panels = queries.dashboard.panels as readonly {
      title: string;
      id: number;
      gridPos: Record<string, number>;
    }[];
    for (const values of [panels.map(({ title }) => title), panels.map(({ id }) => id)]) {
      expect(new Set<unknown>(values).size).toBe(panels.length);
    }
    expect(new Set(panels.map(({ gridPos: { x, y } }) => `${x}/${y}`)).size).toBe(panels.length);
    for (const { gridPos } of panels) expect((gridPos.x ?? 0) + (gridPos.w ?? 0)).toBeLessThanOrEqual(24);
  });

  it('has no variable that a substitution by Flux would replace', () => {
    expect(JSON.stringify(queries.dashboard)).not.toContain('${');
  });
});
