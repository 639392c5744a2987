/** The flags of the group Deliveries: what is remembered of webhooks, messages and notifications. */
import { PEER_SERVICE, PEER_TOKEN_FILE } from '../api/installation.ts';
import {
  booleanFlag,
  bytesFlag,
  choiceFlag,
  durationFlag,
  integerFlag,
  numberFlag,
  spareAddressFlag,
  stringFlag,
} from './flag.ts';
import { hostsFlag, linkFlag } from './structured-flag.ts';

const MAX_HISTORY = 1_000_000;
const MAX_BODIES_MEMORY = 1024 ** 3;

export const deliveryFlags = {
  deliveryHistory: integerFlag({
    name: 'delivery-history',
    group: 'Deliveries',
    default: 5_000,
    min: 0,
    max: MAX_HISTORY,
    help: 'How many deliveries a replica remembers in all; 0: none, without the condition Delivering and follow-up',
  }),
  deliveryBodiesMemory: bytesFlag({
    name: 'delivery-bodies-memory',
    group: 'Deliveries',
    default: '16MiB',
    min: 0,
    max: MAX_BODIES_MEMORY,
    help: 'Size of all bodies that a replica keeps for spec.deliveries.keepBodies, the oldest out first; 0: none is kept',
  }),
  catchUpAfterMs: durationFlag({
    name: 'catch-up-after',
    group: 'Deliveries',
    default: '10s',
    help: 'How long no replica may serve before the leader annotates the targets of all Receivers; 0: it never does',
  }),
  catchUpRate: numberFlag({
    name: 'catch-up-rate',
    group: 'Deliveries',
    default: 10,
    min: 0.1,
    help: 'How many targets are annotated a second to make up for an absence',
  }),
  pageAddr: spareAddressFlag({
    name: 'page-addr',
    group: 'Deliveries',
    default: '127.0.0.1:9080',
    help: 'Address of the server for the page and its API, which elsewhere than on loopback wants a token; empty for none',
  }),
  pageHosts: hostsFlag({
    name: 'page-hosts',
    group: 'Deliveries',
    help: 'Hosts that the page is asked for by, beside loopback and the address itself; * stands for one label; if empty, none',
  }),
  pageActions: booleanFlag({
    name: 'page-actions',
    group: 'Deliveries',
    default: false,
    help: 'Serve replays to who has a token with the right to them; if false, the page and its API only show',
  }),
  pageLinks: linkFlag({
    name: 'page-links',
    group: 'Deliveries',
    help: 'URL of a page about a target, with {kind}, {namespace} and {name} in it; if empty, targets have no link',
  }),
  deliveryStatusIntervalMs: durationFlag({
    name: 'delivery-status-interval',
    group: 'Deliveries',
    default: '30s',
    min: 100,
    help: 'The least time between two writes of what deliveries say in the status of one object; other replicas are asked as often',
  }),
  peersAddr: spareAddressFlag({
    name: 'peers-addr',
    group: 'Deliveries',
    default: ':9081',
    help: 'Address of the server that other replicas ask for deliveries, if --peers-token-file exists; empty for none',
  }),
  peersService: stringFlag({
    name: 'peers-service',
    group: 'Deliveries',
    default: PEER_SERVICE,
    help: "Headless Service in the operator's own namespace that has all replicas, with a port named peers",
  }),
  peersTokenFile: stringFlag({
    name: 'peers-token-file',
    group: 'Deliveries',
    default: PEER_TOKEN_FILE,
    help: 'Token of the ServiceAccount for the audience sluice, by which replicas know each other; if there is none, no other replica is asked',
  }),
  follow: choiceFlag({
    name: 'follow',
    group: 'Deliveries',
    choices: ['sources', 'applied', 'off'],
    default: 'sources',
    help: 'How far targets are followed after they are annotated: to the artifact of the source, to where it is applied, or not',
  }),
  freshnessGuard: booleanFlag({
    name: 'freshness-guard',
    group: 'Deliveries',
    default: true,
    help: 'Annotate a source again that has fetched, and still has the revision before the one that was announced',
  }),
};
