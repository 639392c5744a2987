/** The registry of provider types: a new one is a file beside this one and a line here. */
import type { ProviderType } from '../provider-type.ts';
import { azureDevops } from './azuredevops.ts';
import { bitbucket } from './bitbucket.ts';
import { bitbucketServer } from './bitbucketserver.ts';
import { generic } from './generic.ts';
import { genericHmac } from './generic-hmac.ts';
import { gitea } from './gitea.ts';
import { giteaPullRequestComment } from './giteapullrequestcomment.ts';
import { github } from './github.ts';
import { githubDispatch } from './githubdispatch.ts';
import { githubPullRequestComment } from './githubpullrequestcomment.ts';
import { gitlab } from './gitlab.ts';
import { gitlabMergeRequestComment } from './gitlabmergerequestcomment.ts';
import { slack } from './slack.ts';

/** By `spec.type`, in the order of the docs. */
export const providerTypes: ReadonlyMap<string, ProviderType> = new Map(
  [
    generic,
    genericHmac,
    slack,
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
  ].map((type) => [type.name, type]),
);
