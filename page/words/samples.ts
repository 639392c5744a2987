/** A delivery of each type as a sender makes it, shortened to what filters ask for. */

export interface Sample {
  /** '': the type has no header for it. */
  readonly event: string;
  readonly payload: unknown;
}

const AFTER = '4a5f2c1e0d9b8a7c6f5e4d3c2b1a09f8e7d6c5b4';
const BEFORE = '0d1e2f3a4b5c6d7e8f900112233445566778899a';
const DIGEST = 'sha256:6ec128e26cd5a4c4d4bd8d7c4d7d8fd9f2a7a2a3a4f1e9b1c2d3e4f5a6b7c8d9';
const TIME = '2026-01-03T14:27:05Z';

const registryEvent = { action: 'INSERT', digest: `europe-docker.pkg.dev/team/webapp@${DIGEST}`, tag: 'webapp:v1.2.3' };
const cloudEvent = {
  specversion: '1.0',
  id: '271069a8-fc18-44f1-b38f-9d70a1695819',
  source: '/team/webapp',
  type: 'com.example.pushed',
  time: TIME,
  data: { ref: 'refs/heads/main', revision: AFTER },
};
const push: Sample = { event: '', payload: { ref: 'refs/heads/main', revision: AFTER } };

const samples: Readonly<Record<string, Sample>> = {
  github: {
    event: 'push',
    payload: {
      ref: 'refs/heads/main',
      before: BEFORE,
      after: AFTER,
      repository: { full_name: 'team/webapp', default_branch: 'main', private: true },
      pusher: { name: 'ada' },
      head_commit: { id: AFTER, message: 'Raise the limit', added: [], removed: [], modified: ['deploy/app.yaml'] },
      commits: [{ id: AFTER, added: [], removed: [], modified: ['deploy/app.yaml'] }],
    },
  },
  gitlab: {
    event: 'Push Hook',
    payload: {
      object_kind: 'push',
      ref: 'refs/heads/main',
      before: BEFORE,
      after: AFTER,
      checkout_sha: AFTER,
      user_username: 'ada',
      project: { path_with_namespace: 'team/webapp', default_branch: 'main' },
      commits: [{ id: AFTER, added: [], removed: [], modified: ['deploy/app.yaml'] }],
    },
  },
  bitbucket: {
    event: 'repo:refs_changed',
    payload: {
      eventKey: 'repo:refs_changed',
      actor: { name: 'ada' },
      repository: { slug: 'webapp', project: { key: 'TEAM' } },
      changes: [
        {
          ref: { id: 'refs/heads/main', displayId: 'main', type: 'BRANCH' },
          refId: 'refs/heads/main',
          fromHash: BEFORE,
          toHash: AFTER,
          type: 'UPDATE',
        },
      ],
    },
  },
  harbor: {
    event: '',
    payload: {
      type: 'PUSH_ARTIFACT',
      operator: 'ada',
      event_data: {
        resources: [{ digest: DIGEST, tag: 'v1.2.3', resource_url: 'harbor.example.com/team/webapp:v1.2.3' }],
        repository: { name: 'webapp', namespace: 'team', repo_full_name: 'team/webapp', repo_type: 'private' },
      },
    },
  },
  dockerhub: {
    event: '',
    payload: {
      push_data: { pusher: 'ada', tag: 'v1.2.3' },
      repository: { repo_name: 'team/webapp', repo_url: 'https://registry.hub.docker.com/u/team/webapp/' },
    },
  },
  quay: {
    event: '',
    payload: {
      name: 'webapp',
      namespace: 'team',
      repository: 'team/webapp',
      docker_url: 'quay.io/team/webapp',
      updated_tags: ['latest', 'v1.2.3'],
    },
  },
  gcr: {
    event: '',
    payload: {
      message: { data: btoa(JSON.stringify(registryEvent)), messageId: '136969346945', publishTime: TIME },
      subscription: 'projects/team/subscriptions/flux',
    },
  },
  nexus: {
    event: '',
    payload: {
      timestamp: TIME,
      repositoryName: 'docker-hosted',
      action: 'CREATED',
      component: { format: 'docker', name: 'webapp', group: 'team', version: 'v1.2.3' },
    },
  },
  acr: {
    event: '',
    payload: {
      action: 'push',
      target: { digest: DIGEST, repository: 'webapp', tag: 'v1.2.3' },
      request: { host: 'team.azurecr.io', method: 'PUT' },
    },
  },
  cdevents: {
    event: 'dev.cdevents.change.merged.0.2.0',
    payload: {
      context: {
        version: '0.4.1',
        id: '271069a8-fc18-44f1-b38f-9d70a1695819',
        source: '/event/source/team',
        type: 'dev.cdevents.change.merged.0.2.0',
        timestamp: TIME,
      },
      subject: {
        id: 'webapp/42',
        source: '/event/source/team',
        type: 'change',
        content: { repository: { id: 'team/webapp', source: 'https://git.example.com' } },
      },
    },
  },
  cloudevents: { event: '', payload: cloudEvent },
  eventgrid: {
    event: '',
    payload: [
      {
        id: '831e1650-001e-001b-66ab-eeb76e069631',
        topic: '/subscriptions/1/resourceGroups/team/providers/Microsoft.ContainerRegistry/registries/team',
        subject: 'webapp:v1.2.3',
        eventType: 'Microsoft.ContainerRegistry.ImagePushed',
        eventTime: TIME,
        dataVersion: '1.0',
        data: { action: 'push', target: { digest: DIGEST, repository: 'webapp', tag: 'v1.2.3' } },
      },
    ],
  },
  pubsub: {
    event: '',
    payload: {
      message: {
        data: btoa(JSON.stringify(push.payload)),
        attributes: { kind: 'push' },
        messageId: '136969346945',
        publishTime: TIME,
      },
      subscription: 'projects/team/subscriptions/flux',
    },
  },
  sns: {
    event: '',
    payload: {
      Type: 'Notification',
      MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
      TopicArn: 'arn:aws:sns:eu-central-1:123456789012:pushes',
      Message: JSON.stringify(push.payload),
      Timestamp: TIME,
      SignatureVersion: '2',
      Signature: 'EXAMPLE',
      SigningCertURL: 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService.pem',
    },
  },
};

/** @param type of a Receiver; for one without an own form a small push. */
export function sampleOf(type: string): Sample {
  return samples[type] ?? push;
}
