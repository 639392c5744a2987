/** What explanations and replays take of a cluster. */
import type { Config } from '../../config.ts';
import type { Cluster } from '../../platform/cluster.ts';
import { notifyingOf } from '../../receivers/notifying.ts';
import { webhookTypes as types } from '../../webhooks/index.ts';
import type { ExplainerOptions } from '../explain/explainer.ts';
import { createReplayMetrics } from '../replay/metrics.ts';
import type { ReplayerOptions } from '../replay/replayer.ts';

export function explainerOptions(cluster: Cluster, config: Config): ExplainerOptions {
  const { routes, verifierOf, findTargets: select } = notifyingOf(cluster, config);
  const hasPath = (receiver: string): boolean => routes.findByKey(receiver) !== undefined;
  return { types, hasPath, verifierOf, select, clock: cluster.clock };
}

export function replayerOptions(cluster: Cluster, config: Config): ReplayerOptions {
  const { clock, metrics, replicaEvents: events } = cluster;
  const replays = createReplayMetrics(metrics.registry);
  const { replay } = notifyingOf(cluster, config);
  return { types, replay, events, clock, onReplayed: (verdict) => replays.inc({ verdict }) };
}
