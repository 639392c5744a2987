/** Decides whether an Alert takes an event (contract, *Matching*). Pure. */
import { combineMetadata } from '../events/event-metadata.ts';
import { eventValue } from '../events/event-value.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { CompiledAlert, CompiledSource } from './compile-alert.ts';

/** The labels of the event's object; undefined: it is gone. */
export type Labels = Readonly<Record<string, string>> | undefined;

export interface MatchReports {
  /** The filter failed on this event, which then passes. */
  readonly filterFailed: (alert: CompiledAlert, error: unknown) => void;
}

/** Whether the answer depends on the object's labels. */
export function needsLabels(alert: CompiledAlert, event: FluxEvent): boolean {
  if (!alert.labelled || alert.alert.spec.suspend === true || !fitsSeverity(alert, event)) return false;
  const fitting = alert.sources.filter((source) => fitsSource(source, event));
  return fitting.length > 0 && fitting.every(({ matchLabels }) => matchLabels !== undefined);
}

/** `excluded`: it is of the Alert's sources and severity, and its lists or its filter leave it out. */
export type Match = 'taken' | 'excluded' | 'none';

export function matchOf(alert: CompiledAlert, event: FluxEvent, labels: Labels, reports: MatchReports): Match {
  if (alert.alert.spec.suspend === true || !fitsSeverity(alert, event)) return 'none';
  const isSource = alert.sources.some((source) => fitsSource(source, event) && fitsLabels(source, labels));
  if (!isSource) return 'none';
  return fitsMessage(alert, event) && passesFilter(alert, event, reports) ? 'taken' : 'excluded';
}

/** `info`, and whatever else is not `error`, lets everything pass. */
function fitsSeverity({ alert }: CompiledAlert, { severity }: FluxEvent): boolean {
  return alert.spec.eventSeverity !== 'error' || severity === 'error';
}

function fitsSource({ kind, name, namespace }: CompiledSource, { involvedObject: object }: FluxEvent): boolean {
  return (
    kind === object.kind &&
    (namespace === '*' || namespace === object.namespace) &&
    (name === '*' || name === object.name)
  );
}

function fitsLabels({ matchLabels }: CompiledSource, labels: Labels): boolean {
  if (matchLabels === undefined) return true;
  return labels !== undefined && Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

function fitsMessage({ inclusion, exclusion }: CompiledAlert, { message }: FluxEvent): boolean {
  if (inclusion.listed > 0 && !inclusion.compiled.some((expression) => expression.test(message))) return false;
  return !exclusion.compiled.some((expression) => expression.test(message));
}

function passesFilter(alert: CompiledAlert, event: FluxEvent, reports: MatchReports): boolean {
  if (alert.filter === undefined) return true;
  try {
    const { metadata } = combineMetadata(event, alert.alert);
    return alert.filter.evaluate({ event: eventValue({ ...event, metadata }) }) === true;
  } catch (error) {
    reports.filterFailed(alert, error);
    return true;
  }
}
