/** What the page and its API get of the operator: they are loaded at their first request, in a file of their own. */
import type { Alert } from '../../api/alert/alert.ts';
import type { Condition } from '../../api/meta.ts';
import type { express } from '../../http/ops-server.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { Clock } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';
import type { Cluster } from '../../platform/cluster.ts';
import type { Explainer } from '../explain/explainer.ts';
import type { Peers } from '../peers/peers.ts';
import type { Journal } from '../records/journal.ts';
import type { Replayer } from '../replay/replayer.ts';
import type { HostSettings } from './check-host.ts';

/** What the condition `ResolvedRefs` says. */
export type Resolved = Pick<Condition, 'status' | 'reason' | 'message'>;

export interface PageContext {
  /** The operator has it in memory anyway. */
  readonly express: typeof express;
  readonly settings: PageSettings;
  /** With the files of the page. */
  readonly folder: string;
  readonly journal: Journal;
  readonly explainer: Explainer;
  readonly replayer: Replayer;
  /** Of all replicas. */
  readonly records: Pick<Peers, 'enabled' | 'ask' | 'bodies' | 'hours' | 'unknown'>;
  /** The name of this one. */
  readonly replica: string;
  /** Of an Alert, whose status says nothing of it: whether what it names can be found. Never throws, and takes 2 s at most. */
  readonly resolvedOf: (alert: Alert) => Promise<Resolved | undefined>;
  /** The watches of the features. */
  readonly objects: Cluster['objects'];
  /** With the operator's own rights. */
  readonly client: Pick<KubeClient, 'request'>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface PageSettings extends HostSettings {
  /** Whether replays are served. */
  readonly actions: boolean;
  /** A URL with `{kind}`, `{namespace}` and `{name}`. */
  readonly links: string | undefined;
}
