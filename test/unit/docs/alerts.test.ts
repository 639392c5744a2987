// The Alerts that docs/alerts.md shows, as a user copies them: every expression compiles and does what the page says.
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compileAlert } from '../../../operator/alerts/matching/compile-alert.ts';
import type { Alert } from '../../../operator/api/alert/alert.ts';
import { fencesOf } from '../../support/document.ts';

const PAGE = 'docs/alerts.md';
const alertUnder = async (heading: string): Promise<Alert> => parse((await fencesOf(PAGE, heading, 'yaml'))[0] ?? '');
const compile = (alert: Alert) => compileAlert(alert, { allNamespaces: false });

describe('the Alerts of the page', () => {
  it.each(['Choose events', 'Use expressions'])('under "%s" have no fault', async (heading) => {
    expect(compile(await alertUnder(heading)).faults).toEqual([]);
  });

  it('choose and write as the page says', async () => {
    const alert = await alertUnder('Use expressions');
    const { filter, message } = compile(alert);
    const event = (severity: string, reason: string) => ({
      involvedObject: { kind: 'Kustomization', name: 'apps', namespace: 'flux-system' },
      severity,
      reason,
      message: 'done',
      metadata: alert.spec.eventMetadata,
    });
    const passes = (severity: string, reason: string) => filter?.evaluate({ event: event(severity, reason) });
    expect([passes('error', 'BuildFailed'), passes('info', 'ReconciliationSucceeded')]).toEqual([true, true]);
    expect(passes('info', 'Progressing')).toBe(false);
    expect(message?.evaluate({ event: event('info', 'Any'), alert })).toBe('[eu-1] apps: done');
  });

  it('exclude messages as the page says', async () => {
    const { exclusion } = compile(await alertUnder('Choose events'));
    const isExcluded = (text: string) => exclusion.compiled.some((expression) => expression.test(text));
    expect(isExcluded("Dependency 'flux-system/db' is not ready")).toBe(true);
    expect(isExcluded('Health check failed')).toBe(false);
  });

  it('a text whose type is known is a string, as the note says', () => {
    const alert = (messageExpr: string): Alert => ({
      metadata: { name: 'a', namespace: 'n' },
      spec: { providerRef: { name: 'p' }, eventSources: [], messageExpr },
    });
    expect(compile(alert('event.message')).faults).toHaveLength(1);
    expect(compile(alert("'' + event.message")).faults).toEqual([]);
    expect(compile(alert("'' + event.?metadata.revision.orValue('')")).faults).toEqual([]);
  });
});
