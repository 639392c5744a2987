/** The dashboard of Grafana: rows of panels, each over queries of Prometheus. */
import { LEASE, NAME } from '../operator/api/installation.ts';

/** Of Grafana. */
type Unit = 'short' | 's' | 'reqps' | 'ops' | 'bytes' | 'percentunit';

interface Query {
  readonly expr: string;
  /** The legend of each series; `{{label}}` stands for a label's value. */
  readonly legend: string;
}

interface Panel {
  readonly title: string;
  /** What it shows, and what to do about it. */
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
}

interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** The scrape jobs that are chosen above the panels. */
const JOB = 'job=~"$job"';

const rate = (metric: string, by: string): string => `sum by (${by}) (rate(${metric}{${JOB}}[$__rate_interval]))`;

/** The median and the 95th percentile of a histogram. */
function percentiles(metric: string, by?: string): readonly Query[] {
  const labels = by === undefined ? 'le' : `le, ${by}`;
  return [50, 95].map((percent) => ({
    expr: `histogram_quantile(${percent / 100}, ${rate(`${metric}_bucket`, labels)})`,
    legend: by === undefined ? `p${percent}` : `{{${by}}} p${percent}`,
  }));
}

const rows: readonly Row[] = [
  {
    title: 'Webhooks',
    panels: [
      {
        title: 'Webhooks by result',
        description: 'accepted is 200, pending 202; every other result is an error code of docs/reference/errors.md.',
        unit: 'reqps',
        queries: [{ expr: rate('sluice_webhooks_total', 'result'), legend: '{{result}}' }],
      },
      {
        title: 'Time to the answer',
        description: 'From the head of a webhook to its answer, which waits for the annotation of its targets.',
        unit: 's',
        queries: percentiles('sluice_webhook_duration_seconds', 'type'),
      },
      {
        title: 'Duplicates',
        description: 'Webhooks whose id was seen before: a sender repeats what it takes for failed.',
        unit: 'reqps',
        queries: [{ expr: rate('sluice_delivery_duplicates_total', 'type'), legend: '{{type}}' }],
      },
    ],
  },
  {
    title: 'Deliveries',
    panels: [
      {
        title: 'Objects that refuse, or hear nothing',
        description:
          'Their condition Delivering is False: Refused, three in a row, or SilentBreak. SluiceWebhooksRefused and SluiceSilentBreak fire.',
        unit: 'short',
        queries: [
          { expr: `sum by (kind, reason) (sluice_objects_not_delivering{${JOB}})`, legend: '{{kind}} {{reason}}' },
        ],
      },
      {
        title: 'Moves of sources without a webhook',
        description: 'Found by polling: three in a row of one source are a silent break.',
        unit: 'ops',
        queries: [{ expr: rate('sluice_moved_without_webhook_total', 'kind'), legend: '{{kind}}' }],
      },
    ],
  },
  {
    title: 'Pushes',
    panels: [
      {
        title: 'From the push to the artifact',
        description:
          'From a webhook to the artifact that has what it announced. SluicePushToArtifactSlow fires above 2 minutes.',
        unit: 's',
        queries: percentiles('sluice_push_to_artifact_seconds', 'kind'),
      },
      {
        title: 'From the push to its being applied',
        description: 'With --follow applied: until a Kustomization or HelmRelease has applied it.',
        unit: 's',
        queries: percentiles('sluice_push_to_applied_seconds', 'kind'),
      },
      {
        title: 'Annotations repeated by the freshness guard',
        description:
          'Of sources that still had the revision before: fresh then, lagging still, ended otherwise, or an error.',
        unit: 'ops',
        queries: [{ expr: rate('sluice_freshness_nudges_total', 'outcome'), legend: '{{outcome}}' }],
      },
    ],
  },
  {
    title: 'Targets',
    panels: [
      {
        title: 'Targets that cannot be found',
        description: 'The condition ResolvedRefs of the object names them. The alert SluiceTargetsUnresolved fires.',
        unit: 'short',
        queries: [{ expr: `sum by (kind, reason) (sluice_unresolved_refs{${JOB}})`, legend: '{{kind}} {{reason}}' }],
      },
      {
        title: 'Pending targets',
        description: 'Promised to a sender by 202 and not yet annotated: the API server is away, or refuses.',
        unit: 'short',
        queries: [{ expr: `sum(sluice_notifications_pending{${JOB}})`, legend: 'pending' }],
      },
      {
        title: 'Age of the oldest pending target',
        description: '0 without one. The alert SluiceNotificationsPending fires above 5 minutes.',
        unit: 's',
        queries: [{ expr: `max(sluice_notifications_pending_oldest_seconds{${JOB}})`, legend: 'oldest' }],
      },
    ],
  },
  {
    title: 'Alerts and brokers',
    panels: [
      {
        title: 'Age of the oldest notification',
        description: 'Of the Alerts. The alert SluiceNotificationQueueOld fires above 10 minutes.',
        unit: 's',
        queries: [{ expr: `max(sluice_notifications_age_seconds{${JOB}})`, legend: 'oldest' }],
      },
      {
        title: 'Notifications by result',
        description: 'failed and given_up are lost: the Events of the Alerts have the reason.',
        unit: 'ops',
        queries: [{ expr: rate('sluice_notifications_sent_total', 'type, result'), legend: '{{type}} {{result}}' }],
      },
      {
        title: 'Messages of brokers by outcome',
        description: 'done is annotated, poison rejected; failing and away are tried again.',
        unit: 'ops',
        queries: [{ expr: rate('sluice_source_messages_total', 'type, outcome'), legend: '{{type}} {{outcome}}' }],
      },
    ],
  },
  {
    title: 'Operator',
    panels: [
      {
        title: 'Leaders',
        description: 'One, or 0 for a moment. The alert SluiceNoLeader fires after 3 minutes without one.',
        unit: 'short',
        queries: [{ expr: `sum(leader_election_master_status{${JOB}, name="${LEASE}"})`, legend: 'leaders' }],
      },
      {
        title: 'Requests to the API server by answer',
        description: 'Of all replicas.',
        unit: 'reqps',
        queries: [{ expr: rate('rest_client_requests_total', 'code'), legend: '{{code}}' }],
      },
      {
        title: 'Memory',
        description: 'Resident memory of each replica.',
        unit: 'bytes',
        queries: [{ expr: `process_resident_memory_bytes{${JOB}}`, legend: '{{pod}} {{instance}}' }],
      },
    ],
  },
];

const DATASOURCE = { type: 'prometheus', uid: '$datasource' } as const;
/** Of Grafana's grid, which is 24 columns wide. */
const GRID = { width: 24, panelHeight: 8, rowHeight: 1 } as const;

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function panelJson({ title, description, unit, queries }: Panel, gridPos: Placed) {
  return {
    type: 'timeseries',
    title,
    description,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: { defaults: { unit, min: 0, custom: { fillOpacity: 10, showPoints: 'never' } }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
    })),
  };
}

/** Its title, and below it its panels side by side. */
function rowJson({ title, panels }: Row, index: number) {
  const y = index * (GRID.rowHeight + GRID.panelHeight);
  const w = Math.floor(GRID.width / panels.length);
  return [
    { type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: GRID.width, h: GRID.rowHeight }, panels: [] },
    ...panels.map((panel, column) =>
      panelJson(panel, { x: column * w, y: y + GRID.rowHeight, w, h: GRID.panelHeight }),
    ),
  ];
}

/** As Grafana 10 and later import it. Variables are without braces, which a substitution by Flux would take for its own. */
export const dashboard = {
  uid: NAME,
  title: 'Sluice',
  tags: ['flux', NAME],
  schemaVersion: 39,
  version: 1,
  editable: true,
  timezone: 'browser',
  time: { from: 'now-6h', to: 'now' },
  refresh: '1m',
  templating: {
    list: [
      { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
      {
        name: 'job',
        label: 'Job',
        type: 'query',
        datasource: DATASOURCE,
        query: { query: 'label_values(sluice_build_info, job)', refId: 'job' },
        refresh: 2,
        multi: true,
        includeAll: true,
        current: { text: 'All', value: '$__all' },
      },
    ],
  },
  panels: rows.flatMap(rowJson).map((panel, index) => ({ id: index + 1, ...panel })),
};
