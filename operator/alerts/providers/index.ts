/** The registry of provider types: a new one is a file beside this one and a line here. */
import type { ProviderType } from '../provider-type.ts';
import { alertmanager } from './alertmanager.ts';
import { azureDevops } from './azuredevops.ts';
import { azureEventHub } from './azureeventhub.ts';
import { bitbucket } from './bitbucket.ts';
import { bitbucketServer } from './bitbucketserver.ts';
import { datadog } from './datadog.ts';
import { discord } from './discord.ts';
import { generic } from './generic.ts';
import { genericHmac } from './generic-hmac.ts';
import { gitea } from './gitea.ts';
import { giteaPullRequestComment } from './giteapullrequestcomment.ts';
import { github } from './github.ts';
import { githubDispatch } from './githubdispatch.ts';
import { githubPullRequestComment } from './githubpullrequestcomment.ts';
import { gitlab } from './gitlab.ts';
import { gitlabMergeRequestComment } from './gitlabmergerequestcomment.ts';
import { googlechat } from './googlechat.ts';
import { googlePubsub } from './googlepubsub.ts';
import { grafana } from './grafana.ts';
import { incidentIo } from './incident-io.ts';
import { lark } from './lark.ts';
import { matrix } from './matrix.ts';
import { msteams } from './msteams.ts';
import { nats } from './nats.ts';
import { opsgenie } from './opsgenie.ts';
import { otel } from './otel.ts';
import { pagerduty } from './pagerduty.ts';
import { rocket } from './rocket.ts';
import { sentry } from './sentry.ts';
import { slack } from './slack.ts';
import { telegram } from './telegram.ts';
import { webex } from './webex.ts';
import { zoom } from './zoom.ts';
import { zulip } from './zulip.ts';

const TYPES: readonly ProviderType[] = [
  generic,
  genericHmac,
  slack,
  discord,
  rocket,
  msteams,
  googlechat,
  webex,
  telegram,
  lark,
  matrix,
  zulip,
  zoom,
  opsgenie,
  pagerduty,
  incidentIo,
  datadog,
  alertmanager,
  grafana,
  sentry,
  github,
  gitlab,
  gitea,
  bitbucket,
  bitbucketServer,
  azureDevops,
  githubDispatch,
  githubPullRequestComment,
  gitlabMergeRequestComment,
  giteaPullRequestComment,
  otel,
  nats,
  googlePubsub,
  azureEventHub,
];

/** By `spec.type`, in the order of the docs. */
export const providerTypes: ReadonlyMap<string, ProviderType> = new Map(TYPES.map((type) => [type.name, type]));
