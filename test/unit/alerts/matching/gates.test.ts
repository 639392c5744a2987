import { expect, test } from 'vitest';
import { type Gate, gateFor } from '../../../../operator/alerts/matching/gates.ts';
import type { ProviderPurpose } from '../../../../operator/alerts/provider-type.ts';
import { type EventParts, eventWith } from '../../../support/alerts/event-with.ts';

const update = { 'kustomize.toolkit.fluxcd.io/commit_status': 'update' };
const commit = { 'event.toolkit.fluxcd.io/commit': 'c' };
const changeRequest = { 'event.toolkit.fluxcd.io/change_request': '7' };

test.each<[purpose: ProviderPurpose, event: EventParts, gate: Gate]>([
  ['message', {}, 'open'],
  ['message', { metadata: update }, 'silent'],
  ['message', { metadata: { 'kustomize.toolkit.fluxcd.io/commit_status': 'other' } }, 'open'],
  ['message', { metadata: { 'helm.toolkit.fluxcd.io/commit_status': 'update' } }, 'open'],
  ['forward', { metadata: update }, 'open'],
  ['commit status', {}, 'no commit'],
  ['commit status', { metadata: { 'event.toolkit.fluxcd.io/commit': '' } }, 'no commit'],
  ['commit status', { metadata: { commit: 'c' } }, 'no commit'],
  ['commit status', { metadata: commit }, 'open'],
  ['commit status', { metadata: update }, 'open'],
  ['commit status', { severity: 'error' }, 'open'],
  ['change request', {}, 'no change request'],
  ['change request', { severity: 'error' }, 'no change request'],
  ['change request', { metadata: { 'event.toolkit.fluxcd.io/change_request': '' } }, 'no change request'],
  ['change request', { metadata: changeRequest }, 'open'],
  ['change request', { metadata: { ...changeRequest, ...update } }, 'silent'],
])('for the purpose %s the gate of %j is %s', (purpose, event, gate) => {
  expect(gateFor(eventWith(event), purpose)).toBe(gate);
});
