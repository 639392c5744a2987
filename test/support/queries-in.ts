/** The queries of the manifests for Prometheus and Grafana, and the metrics that a query names. */
import { parseAllDocuments } from 'yaml';

interface Rule {
  readonly alert: string;
  readonly expr: string;
}

interface DashboardJson {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] };
}

export interface Queries {
  /** A rule file of Prometheus, as an object. */
  readonly ruleFile: { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
  readonly dashboard: DashboardJson;
  /** Of the panels, with values in place of Grafana's variables. */
  readonly panelQueries: readonly string[];
}

/** @param manifests as YAML, with a PrometheusRule and the ConfigMap of the dashboard. @throws Error where one is missing. */
export function queriesIn(manifests: string): Queries {
  const objects = parseAllDocuments(manifests).map((document) => document.toJS());
  const ofKind = (kind: string) => {
    const found = objects.find((object) => object.kind === kind);
    if (found === undefined) throw new Error(`there is no ${kind}`);
    return found;
  };
  const [json] = Object.values(ofKind('ConfigMap').data as Record<string, string>);
  const dashboard = JSON.parse(json ?? '') as DashboardJson;
  const panelQueries = dashboard.panels
    .flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    .map((expr) => expr.replaceAll('$__rate_interval', '5m').replaceAll('$job', '.*'));
  return { ruleFile: ofKind('PrometheusRule').spec, dashboard, panelQueries };
}

const KEYWORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'on', 'ignoring', 'by', 'without', 'inf', 'nan']);

/** The names in a query that are neither a function's, a label's nor a keyword. */
export function metricsIn(query: string): readonly string[] {
  const bare = query
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, ' ')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ');
  const names = [...bare.matchAll(/\b[a-zA-Z_:][\w:]*\b(?!\s*\()/g)].map(([name]) => name);
  return [...new Set(names.filter((name) => !KEYWORDS.has(name.toLowerCase())))];
}
