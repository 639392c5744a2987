/** What one feature adds to the statuses of another one's kind. */
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../operator/api/meta.ts';
import type { KubeObject } from '../../../operator/kube/kube-client.ts';
import { createStatusAdditions, type StatusAddition } from '../../../operator/platform/status-additions.ts';
import { createManualClock } from '../../support/manual-clock.ts';

interface Status {
  conditions?: Condition[];
  last?: string;
  other?: string;
}

const widget: KubeObject = { metadata: { name: 'web', namespace: 'apps' } };
const NOW = '2026-06-07T08:09:10Z';
const BEFORE = '2026-01-01T00:00:00Z';
const ready: Condition = { type: 'Ready', status: 'True', reason: 'Fine', message: '', lastTransitionTime: BEFORE };
const found = { type: 'Found', status: 'True', reason: 'Found', message: 'there' } as const;
const lost = { type: 'Found', status: 'False', reason: 'Lost', message: 'not there' } as const;

function setUp({ leads = true } = {}) {
  return createStatusAdditions({ isLeader: () => leads, clock: createManualClock(Date.parse(NOW)) });
}

describe('a status', () => {
  it.each<[what: string, addition: StatusAddition | undefined, before: Status, after: Status]>([
    [
      'gains a condition, after those it has',
      { conditions: [found] },
      { conditions: [ready] },
      { conditions: [ready, { ...found, lastTransitionTime: NOW }] },
    ],
    ['gains its first condition', { conditions: [found] }, {}, { conditions: [{ ...found, lastTransitionTime: NOW }] }],
    [
      'keeps the time of a condition whose status stays',
      { conditions: [{ ...lost, message: 'still not there' }] },
      { conditions: [{ ...lost, lastTransitionTime: BEFORE }, ready] },
      { conditions: [{ ...lost, message: 'still not there', lastTransitionTime: BEFORE }, ready] },
    ],
    [
      'has a new time where the status changes',
      { conditions: [lost] },
      { conditions: [{ ...found, lastTransitionTime: BEFORE }] },
      { conditions: [{ ...lost, lastTransitionTime: NOW }] },
    ],
    [
      'loses a condition',
      { removed: ['Found'] },
      { conditions: [{ ...found, lastTransitionTime: BEFORE }, ready] },
      { conditions: [ready] },
    ],
    ['without conditions loses none', { removed: ['Found'] }, { last: 'a' }, { last: 'a' }],
    ['has a field replaced', { fields: { last: 'b' } }, { last: 'a', other: 'c' }, { last: 'b', other: 'c' }],
    ['loses a field', { fields: { last: undefined } }, { last: 'a', other: 'c' }, { other: 'c' }],
    ['stays as it is', undefined, { conditions: [ready], last: 'a' }, { conditions: [ready], last: 'a' }],
  ])('%s', async (_what, addition, before, after) => {
    const additions = setUp();
    additions.provide('Widget', () => addition);
    const given = structuredClone(before);
    expect(await additions.merge('Widget', widget, before)).toEqual(after);
    expect(before).toEqual(given);
  });

  it('of another kind, or with nothing provided, is the same object', async () => {
    const additions = setUp();
    const status: Status = { last: 'a' };
    expect(await additions.merge('Widget', widget, status)).toBe(status);
    additions.provide('Gadget', () => ({ fields: { last: 'b' } }));
    expect(await additions.merge('Widget', widget, status)).toBe(status);
  });

  it('gains what several provide for the object, at once or in a moment', async () => {
    const additions = setUp();
    additions.provide('Widget', ({ metadata }) => ({ fields: { last: metadata.name } }));
    additions.provide('Widget', async () => ({ conditions: [found] }));
    expect(await additions.merge<Status>('Widget', widget, {})).toEqual({
      last: 'web',
      conditions: [{ ...found, lastTransitionTime: NOW }],
    });
  });
});

describe('a request to write a status', () => {
  it.each([
    [true, ['apps/web']],
    [false, []],
  ])('reaches the owner of the kind; leads: %s', (leads, expected) => {
    const additions = setUp({ leads });
    const enqueued: string[] = [];
    additions.request('Widget', 'apps/early');
    additions.own('Widget', (key) => void enqueued.push(key));
    additions.request('Widget', 'apps/web');
    additions.request('Gadget', 'apps/other');
    expect(enqueued).toEqual(expected);
  });
});
