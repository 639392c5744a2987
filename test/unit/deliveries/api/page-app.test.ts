/** What the API answers when it cannot do what it is asked, over real sockets. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { createPageApp } from '../../../../operator/deliveries/api/page-app.ts';
import type { PageContext } from '../../../../operator/deliveries/api/page-context.ts';
import { createJournal } from '../../../../operator/deliveries/records/journal.ts';
import type { KubeObject } from '../../../../operator/kube/kube-client.ts';
import type { ObjectsOfKind } from '../../../../operator/platform/cluster.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const web = {
  metadata: { namespace: 'apps', name: 'web' },
  spec: {
    type: 'github',
    resourceFilter: 'true',
    resources: [{ kind: 'GitRepository', name: 'web', filter: 'false' }],
  },
} as KubeObject;
const SECRET = 'postgres://user:password@db';

const unused = () => Promise.reject(new Error('not used here'));

const nobody = async () => ({ answers: [], partial: [] });
const alone: PageContext['records'] = {
  enabled: false,
  ask: async () => ({ items: [], partial: [], recordingSince: {}, servingSince: {} }),
  ...{ bodies: nobody, hours: nobody, unknown: nobody },
};

async function setUp(more: Partial<PageContext> = {}) {
  const clock = createManualClock();
  const kind = { synced: true, absent: false };
  const objects: ObjectsOfKind = {
    hasHandledAll: () => kind.synced,
    absence: () => (kind.absent ? 'no such kind' : undefined),
    get: (key) => (kind.synced && key === 'apps/web' ? web : undefined),
    values: () => [web].values(),
  };
  const app = createPageApp({
    express,
    settings: { hosts: [], boundHost: '127.0.0.1', actions: false, links: undefined },
    folder: '/nonexistent',
    journal: createJournal({ maxRecords: 10, clock }),
    records: alone,
    explainer: { request: unused, delivery: unused, whatIf: unused },
    replayer: { replay: unused },
    replica: 'here',
    resolvedOf: async () => undefined,
    objects: () => objects,
    client: { request: unused },
    clock,
    log: pino({ level: 'silent' }),
    ...more,
  });
  const server = createServer(app.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    app.stop();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    kind,
    async ask(path: string, headers: Record<string, string> = {}) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
  };
}

describe('the API', () => {
  it('says of the operator what the page has to know', async () => {
    const journal = createJournal({ maxRecords: 0, clock: createManualClock() });
    const { ask } = await setUp({ journal });
    expect(JSON.parse((await ask('/api/v1/settings')).text)).toEqual({
      replica: 'here',
      actions: false,
      records: false,
    });
  });

  it('gives the filters of a Receiver that is asked for alone', async () => {
    const { ask } = await setUp();
    expect(JSON.parse((await ask('/api/v1/receivers/apps/web')).text).filters).toEqual({
      resourceFilter: 'true',
      resources: [{ kind: 'GitRepository', name: 'web', filter: 'false' }],
    });
    const { items } = JSON.parse((await ask('/api/v1/receivers')).text);
    expect([items.length, items[0].filters]).toEqual([1, undefined]);
  });

  it('answers 503 until all objects are known, and says when to ask again', async () => {
    const { kind, ask } = await setUp();
    kind.synced = false;
    for (const path of ['/receivers', '/receivers/apps/web', '/alerts/apps/web/deliveries']) {
      const { status, headers, text } = await ask(`/api/v1${path}`);
      expect([status, headers.get('retry-after'), JSON.parse(text).code]).toEqual([503, '1', 'NotSynced']);
    }
    kind.synced = true;
    expect((await ask('/api/v1/receivers/apps/web')).status).toBe(200);
  });

  it('has no objects of a kind that the API server does not have', async () => {
    const { kind, ask } = await setUp();
    Object.assign(kind, { synced: false, absent: true });
    expect(JSON.parse((await ask('/api/v1/brokerreceivers')).text).items).toEqual([]);
    expect((await ask('/api/v1/brokerreceivers/apps/web')).status).toBe(404);
  });

  it('lets nobody in by a token while the API server is away', async () => {
    const { ask } = await setUp();
    const { status, text } = await ask('/api/v1/receivers', { authorization: 'Bearer some-token' });
    expect([status, JSON.parse(text).code]).toEqual([503, 'ApiServerUnavailable']);
    expect(text).not.toContain('some-token');
  });

  it('says of a fault of its own nothing but that there is one', async () => {
    const { ask } = await setUp({
      records: {
        ...alone,
        async ask() {
          throw new Error(SECRET);
        },
      },
    });
    const { status, headers, text } = await ask('/api/v1/receivers/apps/web/deliveries');
    expect([status, JSON.parse(text).code]).toEqual([500, 'InternalError']);
    expect(text).not.toContain(SECRET);
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('answers 404 for a page whose files are not there', async () => {
    const { ask } = await setUp();
    expect((await ask('/')).status).toBe(404);
  });
});
