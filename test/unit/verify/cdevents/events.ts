// CDEvents as tools send them, made by hand from the specification's vocabulary.

const event = (type: string, subject: object, more: object = {}, context: object = {}) => ({
  context: {
    version: '0.4.1',
    id: '271069a8-fc18-44f1-b38f-9d70a1695819',
    source: '/ci/tekton/prod',
    type,
    timestamp: '2024-05-06T07:08:09.456Z',
    ...context,
  },
  subject,
  ...more,
});

const environment = { id: 'production', source: '/clusters/eu' };
const repository = { id: 'apps/web', source: 'https://git.example.com' };
const image = 'pkg:oci/web@sha256%3A0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427';

/** By what they tell. */
export const EVENTS_BY_HAND: Readonly<Record<string, object>> = {
  'a pipeline run was queued': event('dev.cdevents.pipelinerun.queued.0.2.0', {
    id: 'run-1',
    type: 'pipelineRun',
    content: { pipelineName: 'release', url: 'https://ci.example.com/runs/1' },
  }),
  'a pipeline run failed': event('dev.cdevents.pipelinerun.finished.0.2.0', {
    id: 'run-1',
    source: '/ci/tekton/prod',
    type: 'pipelineRun',
    content: { pipelineName: 'release', outcome: 'failure', errors: 'step 3: exit 1' },
  }),
  'a task run started, as part of a pipeline run': event('dev.cdevents.taskrun.started.0.2.0', {
    id: 'task-9',
    type: 'taskRun',
    content: { taskName: 'lint', pipelineRun: { id: 'run-1', source: '/ci/tekton/prod' } },
  }),
  'a change was created': event('dev.cdevents.change.created.0.3.0', {
    id: 'pull/42',
    source: 'https://git.example.com/apps/web',
    type: 'change',
    content: { description: 'Größere Schrift 😀', repository },
  }),
  'a change was merged': event('dev.cdevents.change.merged.0.2.0', {
    id: 'pull/42',
    type: 'change',
    content: { repository },
  }),
  'a branch was deleted, nobody knows where': event('dev.cdevents.branch.deleted.0.2.0', {
    id: 'feature/x',
    type: 'branch',
    content: {},
  }),
  'a repository was created': event('dev.cdevents.repository.created.0.2.0', {
    id: 'apps/web',
    type: 'repository',
    content: {
      name: 'web',
      owner: 'apps',
      url: 'git://git.example.com/apps/web',
      viewUrl: 'https://git.example.com/apps/web',
    },
  }),
  'a build finished': event('dev.cdevents.build.finished.0.2.0', {
    id: 'build-7',
    type: 'build',
    content: { artifactId: image },
  }),
  'an artifact was packaged, with its bill of materials': event('dev.cdevents.artifact.packaged.0.2.0', {
    id: image,
    type: 'artifact',
    content: { change: { id: '1a2b3c', source: 'apps/web' }, sbom: { uri: 'https://sbom.example.com/web.json' } },
  }),
  'an artifact was published, and its chain given': event(
    'dev.cdevents.artifact.published.0.2.0',
    { id: image, source: '/registry', type: 'artifact', content: { user: 'robot' } },
    { customData: { digest: 'sha256:0b31', sizes: [1, 2] }, customDataContentType: 'application/json' },
    {
      chainId: '4c8cb7dd-3448-41de-8768-eec704e2829b',
      links: [
        { linkType: 'PATH', from: { contextId: '5328c37f-bb7e-4bb7-84ea-9f5f85e4a7ce' } },
        {
          linkType: 'RELATION',
          linkKind: 'TRIGGER',
          target: { contextId: 'b65f1a3d-0b5b-4d3c-9b5a-3d8f2f1b7c11' },
          tags: { cause: 'push', depth: 2 },
        },
        { linkType: 'END' },
      ],
    },
  ),
  'an artifact was signed': event(
    'dev.cdevents.artifact.signed.0.2.0',
    { id: image, type: 'artifact', content: { signature: 'MEYCIQCBT8U5ypDXWCjlNKfzTV4KH516/SK13NZSh8znnSMNkQ' } },
    { customData: 'PGJvbT48L2JvbT4=', customDataContentType: 'application/xml' },
  ),
  'a service was deployed': event('dev.cdevents.service.deployed.0.2.0', {
    id: 'web',
    type: 'service',
    content: { environment, artifactId: image },
  }),
  'a service was rolled back': event('dev.cdevents.service.rolledback.0.2.0', {
    id: 'web',
    type: 'service',
    content: { environment: { id: 'production' }, artifactId: image },
  }),
  'an environment was modified': event('dev.cdevents.environment.modified.0.2.0', {
    id: 'production',
    type: 'environment',
    content: { name: 'Production', url: 'https://web.example.com' },
  }),
  'an incident was reported': event('dev.cdevents.incident.reported.0.2.0', {
    id: 'incident-3',
    type: 'incident',
    content: {
      description: 'Answers take 30 s',
      environment,
      service: { id: 'web' },
      ticketURI: 'https://tickets.example.com/3',
    },
  }),
  'a test case failed': event('dev.cdevents.testcaserun.finished.0.2.0', {
    id: 'case-run-5',
    source: 'not a reference: %',
    type: 'testCaseRun',
    content: {
      outcome: 'fail',
      severity: 'critical',
      reason: 'expected 1, was 2',
      environment,
      testSuiteRun: { id: 'suite-run-2', source: '' },
      testCase: { id: 'login', version: '3', name: 'Log in', type: 'e2e', uri: 'https://tests.example.com/login' },
    },
  }),
  'a test suite was queued by a schedule': event('dev.cdevents.testsuiterun.queued.0.2.0', {
    id: 'suite-run-2',
    type: 'testSuiteRun',
    content: {
      environment,
      trigger: { type: 'schedule', uri: 'https://ci.example.com/nightly', note: 'triggers are open' },
      testSuite: { id: 'smoke', url: 'https://tests.example.com/smoke' },
    },
  }),
  'the output of a test was published': event('dev.cdevents.testoutput.published.0.2.0', {
    id: 'report-1',
    type: 'testOutput',
    content: { outputType: 'report', format: 'application/pdf', testCaseRun: { id: 'case-run-5' } },
  }),
  'a ticket was created': event('dev.cdevents.ticket.created.0.1.0', {
    id: 'ticket-8',
    type: 'ticket',
    content: {
      summary: 'Crash at start',
      ticketType: 'a kind of our own',
      creator: 'alice',
      assignees: ['bob', 'carol'],
      labels: [],
      priority: 'high',
      uri: 'https://tickets.example.com/8',
    },
  }),
  'something that only one tool knows': event('dev.cdeventsx.gitlab-issue.closed.0.1.0', {
    id: 'issue-8',
    source: '/gitlab',
    type: 'gitlab-issue',
    content: { labels: ['a'], nested: { of: { any: ['depth'] } } },
  }),
};
