/** Rights on the operator's kinds for people, added to Kubernetes' own roles view, edit and admin. */
import { ApiResource, ClusterRole } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { ALERT_PLURAL } from '../operator/api/alert/alert.ts';
import { BROKER_RECEIVER_PLURAL } from '../operator/api/broker-receiver/broker-receiver.ts';
import { GROUP, SLUICE_GROUP } from '../operator/api/meta.ts';
import { PROVIDER_PLURAL } from '../operator/api/provider/provider.ts';
import { RECEIVER_PLURAL } from '../operator/api/receiver/receiver.ts';
import { commonLabels, NAME } from './labels.ts';
import type { SluiceValues } from './values.ts';

const AGGREGATE = 'rbac.authorization.k8s.io/aggregate-to-';
const READ = ['get', 'list', 'watch'];
/** What the API of the page judges callers by; the API server has no such subresources. */
const DELIVERIES = 'deliveries';
const PAYLOADS = 'payloads';
const REPLAY = 'replay';
const WRITE = ['create', 'update', 'patch', 'delete', 'deletecollection'];

interface PeopleRole {
  readonly kinds: readonly { readonly apiGroup: string; readonly plurals: readonly string[] }[];
  /** Of Kubernetes' roles that get its rights. */
  readonly into: readonly string[];
  readonly verbs: readonly string[];
}

export class ReceiverRoles extends Construct {
  constructor(scope: Construct, id: string, { sources, rbac }: SluiceValues) {
    super(scope, id);
    const kinds = [{ apiGroup: GROUP, plurals: [RECEIVER_PLURAL, ALERT_PLURAL, PROVIDER_PLURAL] }];
    this.#role('receivers-view', { kinds, into: ['view', 'edit', 'admin'], verbs: READ });
    this.#role('receivers-edit', { kinds, into: ['edit', 'admin'], verbs: WRITE });
    const brokers = [{ apiGroup: SLUICE_GROUP, plurals: [BROKER_RECEIVER_PLURAL] }];
    this.#role('brokerreceivers-view', { kinds: brokers, into: ['view', 'edit', 'admin'], verbs: READ });
    // Who may write one chooses what the operator connects to, so nobody may without being given it.
    const writers = sources.aggregateToEdit ? ['edit', 'admin'] : [];
    this.#role('brokerreceivers-edit', { kinds: brokers, into: writers, verbs: WRITE });
    this.#deliveries(rbac.aggregate);
  }

  /** To nobody by default: what comes for an object may say more than the object. */
  #deliveries(aggregate: boolean): void {
    const [viewers, editors] = aggregate
      ? [
          ['view', 'edit', 'admin'],
          ['edit', 'admin'],
        ]
      : [[], []];
    const bodies = [RECEIVER_PLURAL, BROKER_RECEIVER_PLURAL];
    this.#role('deliveries-view', {
      kinds: subresources(DELIVERIES, [...bodies, ALERT_PLURAL]),
      into: viewers,
      verbs: ['get'],
    });
    this.#role('payloads-view', { kinds: subresources(PAYLOADS, bodies), into: editors, verbs: ['get'] });
    this.#role('replay', { kinds: subresources(REPLAY, bodies), into: editors, verbs: ['create'] });
  }

  #role(name: string, { kinds, into, verbs }: PeopleRole): void {
    const aggregate = Object.fromEntries(into.map((role) => [`${AGGREGATE}${role}`, 'true']));
    const labels = { ...commonLabels, ...aggregate };
    const role = new ClusterRole(this, name, { metadata: { name: `${NAME}-${name}`, labels } });
    for (const { apiGroup, plurals } of kinds) {
      for (const resourceType of plurals) role.allow([...verbs], ApiResource.custom({ apiGroup, resourceType }));
    }
  }
}

/** A virtual subresource of kinds, each in its own group. */
function subresources(name: string, plurals: readonly string[]): PeopleRole['kinds'] {
  const inGroup = (isOwn: boolean) =>
    plurals.filter((plural) => (plural === BROKER_RECEIVER_PLURAL) === isOwn).map((plural) => `${plural}/${name}`);
  return [
    { apiGroup: GROUP, plurals: inGroup(false) },
    { apiGroup: SLUICE_GROUP, plurals: inGroup(true) },
  ];
}
