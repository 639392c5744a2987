import { describe, expect, it } from 'vitest';
import { createAlertIndex } from '../../../../operator/alerts/matching/alert-index.ts';
import { compileAlert } from '../../../../operator/alerts/matching/compile-alert.ts';
import { type Labels, type Match, matchOf, needsLabels } from '../../../../operator/alerts/matching/match-alert.ts';
import type { AlertSpec, EventSource } from '../../../../operator/api/alert/alert.ts';
import { type EventParts, eventWith } from '../../../support/alerts/event-with.ts';

const all: EventSource = { kind: 'Kustomization', name: '*' };

function compiled(spec: Partial<AlertSpec>, name = 'alert') {
  const alert = {
    metadata: { namespace: 'payments', name },
    spec: { providerRef: { name: 'p' }, eventSources: [all], ...spec },
  };
  return compileAlert(alert, { allNamespaces: false });
}

const reports = {
  filterFailed(): never {
    throw new Error('the filter failed');
  },
};

describe('an Alert', () => {
  it.each<[spec: Partial<AlertSpec>, event: EventParts, takes: boolean]>([
    [{}, {}, true],
    [{ suspend: true }, {}, false],
    [{ eventSources: [] }, {}, false],
    [{ eventSources: [{ kind: 'kustomization', name: '*' }] }, {}, false],
    [{ eventSources: [{ kind: 'Kustomization', name: 'ledger' }] }, {}, true],
    [{ eventSources: [{ kind: 'Kustomization', name: 'other' }] }, {}, false],
    [{ eventSources: [{ kind: 'HelmRelease', name: '*' }, all] }, {}, true],
    [{}, { involvedObject: { namespace: 'other' } }, false],
    [{ eventSources: [{ ...all, namespace: 'other' }] }, { involvedObject: { namespace: 'other' } }, true],
    [{ eventSources: [{ ...all, namespace: '*' }] }, {}, false],
    [{ eventSources: [{ ...all, apiVersion: 'example.com/v9' }] }, {}, true],
    [{ eventSeverity: 'error' }, {}, false],
    [{ eventSeverity: 'error' }, { severity: 'error' }, true],
    [{ eventSeverity: 'error' }, { severity: '' }, false],
    [{ eventSeverity: 'info' }, { severity: 'error' }, true],
    [{}, { severity: 'trace' }, true],
    [{ inclusionList: ['check'] }, {}, true],
    [{ inclusionList: ['^check'] }, {}, false],
    [{ inclusionList: ['('] }, {}, false],
    [{ inclusionList: ['(', 'passed$'] }, {}, true],
    [{ inclusionList: ['(?i)HEALTH'] }, {}, true],
    [{ inclusionList: ['a.b'] }, { message: 'a\nb' }, false],
    [{ inclusionList: ['(?s)a.b'] }, { message: 'a\nb' }, true],
    [{ exclusionList: ['Health'] }, {}, false],
    [{ exclusionList: ['['] }, {}, true],
    [{ inclusionList: ['Health'], exclusionList: ['passed'] }, {}, false],
    [{ filterExpr: "event.reason == 'HealthCheckPassed'" }, {}, true],
    [{ filterExpr: "event.metadata['a'] == 'b'" }, { metadata: { 'event.toolkit.fluxcd.io/a': 'b' } }, true],
    [{ filterExpr: 'false' }, {}, false],
  ])('of %j takes %j: %s', (spec, event, takes) => {
    expect(matchOf(compiled(spec), eventWith(event), undefined, reports) === 'taken').toBe(takes);
  });

  it.each<[spec: Partial<AlertSpec>, match: Match]>([
    [{ inclusionList: ['^check'] }, 'excluded'],
    [{ exclusionList: ['Health'] }, 'excluded'],
    [{ filterExpr: 'false' }, 'excluded'],
    [{ exclusionList: ['Health'], suspend: true }, 'none'],
    [{ exclusionList: ['Health'], eventSeverity: 'error' }, 'none'],
    [{ exclusionList: ['Health'], eventSources: [{ ...all, matchLabels: { a: '1' } }] }, 'none'],
    [{ exclusionList: ['Health'], eventSources: [{ kind: 'HelmRelease', name: '*' }] }, 'none'],
  ])('leaves an event out by its own rules only where it is of its sources: %j', (spec, match) => {
    expect(matchOf(compiled(spec), eventWith(), undefined, reports)).toBe(match);
  });

  it.each<[matchLabels: Record<string, string>, labels: Labels, takes: boolean]>([
    [{ a: '1' }, { a: '1', b: '2' }, true],
    [{ a: '1', b: '2' }, { a: '1' }, false],
    [{ a: '1' }, { a: '2' }, false],
    [{ a: '1' }, undefined, false],
    [{}, {}, true],
  ])('with the labels %j takes an object with %j: %s', (matchLabels, labels, takes) => {
    const alert = compiled({ eventSources: [{ kind: 'Kustomization', name: 'ledger', matchLabels }] });
    expect(needsLabels(alert, eventWith())).toBe(true);
    expect(matchOf(alert, eventWith(), labels, reports) === 'taken').toBe(takes);
  });

  it.each<Partial<AlertSpec>>([
    { eventSources: [all, { ...all, matchLabels: { a: '1' } }] },
    { eventSources: [{ kind: 'HelmRelease', name: '*', matchLabels: { a: '1' } }] },
    { eventSources: [{ ...all, matchLabels: { a: '1' } }], suspend: true },
    { eventSources: [{ ...all, matchLabels: { a: '1' } }], eventSeverity: 'error' },
  ])('of %j needs no labels to decide', (spec) => {
    expect(needsLabels(compiled(spec), eventWith())).toBe(false);
  });
});

describe('the index', () => {
  it('finds Alerts by kind and namespace of their sources, and forgets what changed', () => {
    const index = createAlertIndex();
    const keys = (event: EventParts = {}) => [...index.candidates(eventWith(event))].map(({ key }) => key);
    index.set(compiled({}, 'one'));
    index.set(compiled({ eventSources: [all, { kind: 'HelmRelease', name: 'x' }] }, 'two'));
    expect(keys()).toEqual(['payments/one', 'payments/two']);
    expect(keys({ involvedObject: { kind: 'HelmRelease' } })).toEqual(['payments/two']);
    expect(keys({ involvedObject: { namespace: 'other' } })).toEqual([]);
    index.set(compiled({}, 'two'));
    expect(keys({ involvedObject: { kind: 'HelmRelease' } })).toEqual([]);
    index.delete('payments/one');
    expect(keys()).toEqual(['payments/two']);
    expect(index.get('payments/one')).toBeUndefined();
  });

  it('finds those of all namespaces once', () => {
    const index = createAlertIndex();
    const alert = {
      metadata: { namespace: 'payments', name: 'wide' },
      spec: { providerRef: { name: 'p' }, eventSources: [all, { ...all, namespace: '*' }] },
    };
    index.set(compileAlert(alert, { allNamespaces: true }));
    expect([...index.candidates(eventWith())].map(({ key }) => key)).toEqual(['payments/wide']);
    expect([...index.candidates(eventWith({ involvedObject: { namespace: 'other' } }))]).toHaveLength(1);
  });
});
