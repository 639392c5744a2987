/** The ids of records: opaque, unique over replicas and restarts, in the order of time. */
import { randomBytes } from 'node:crypto';
import type { DeliveryRecord } from './record.ts';

/** Digits to the base 36 of a time in ms, until the year 5188. */
const TIME_DIGITS = 9;
const SEQUENCE_DIGITS = 7;
const BASE = 36;

/** What tells the records of this process from those of every other. */
export function createProcessTag(): string {
  return randomBytes(6).toString('hex');
}

/** Made when it is asked for: most records are never shown. */
export function recordId({ atMs, sequence }: Pick<DeliveryRecord, 'atMs' | 'sequence'>, processTag: string): string {
  return `${digits(atMs, TIME_DIGITS)}${digits(sequence, SEQUENCE_DIGITS)}${processTag}`;
}

function digits(value: number, count: number): string {
  return Math.trunc(value).toString(BASE).padStart(count, '0');
}
