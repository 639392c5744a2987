/** The page and its API as a part of deliveries. */
import { fileURLToPath } from 'node:url';
import type { Config } from '../../config.ts';
import { express } from '../../http/ops-server.ts';
import type { Cluster } from '../../platform/cluster.ts';
import { resolveAlertOf } from '../../receivers/notifying.ts';
import type { Part } from '../part.ts';
import { journalOf, replicaName } from '../records/journal-of.ts';
import { createReplayer } from '../replay/replayer.ts';
import { explainerOptions, replayerOptions } from './page-actions.ts';
import type { PageContext } from './page-context.ts';
import { createPageServer } from './page-server.ts';
import { resolvedAlerts } from './resolved-alerts.ts';

/** Beside the bundle. */
const FOLDER = fileURLToPath(new URL('./page/', import.meta.url));

export function createPagePart(cluster: Cluster, config: Config, records: PageContext['records']): Part {
  const { client, clock, log } = cluster;
  const { pageAddr, pageHosts: hosts, pageActions: actions, pageLinks: links } = config;
  if (pageAddr === undefined) return {};
  const journal = journalOf(cluster, config);
  const replayer = createReplayer(replayerOptions(cluster, config));
  const replica = replicaName();
  const server = createPageServer(async () => {
    const { createPageApp } = await import('../clients/page-app.ts');
    const { createExplainer } = await import('../explain/explainer.ts');
    return createPageApp({
      ...{ replayer, explainer: createExplainer(explainerOptions(cluster, config)) },
      ...{ express, journal, records, client, clock, log, replica, folder: FOLDER },
      settings: { hosts, boundHost: pageAddr.host, actions, links },
      resolvedOf: resolvedAlerts(resolveAlertOf(cluster, config), clock),
      objects: (kind) => cluster.objects(kind),
    });
  }, log);
  return {
    async start() {
      const port = await server.listen(pageAddr);
      if (port !== undefined) log.info({ port }, 'serving the page');
    },
    stop: () => server.close(),
  };
}
