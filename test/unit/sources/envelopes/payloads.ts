/** Messages as the services document them; made for these tests. */

export const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:flux';

export const snsNotification = (message: unknown, more: object = {}) => ({
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: TOPIC,
  Subject: 'My First Message',
  Message: typeof message === 'string' ? message : JSON.stringify(message),
  Timestamp: '2026-05-02T00:54:06.655Z',
  SignatureVersion: '1',
  Signature: 'EXAMPLEw6JRN',
  SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-x.pem',
  UnsubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
  ...more,
});

export const snsConfirmation = (type: string, more: object = {}) => ({
  Type: type,
  MessageId: '165545c9-2a5c-472c-8df2-7ff2be2b3b1b',
  Token: '2336412f37',
  TopicArn: TOPIC,
  Message: 'You have chosen to subscribe to the topic.',
  SubscribeURL: `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=2336412f37`,
  Timestamp: '2026-04-26T20:45:04.751Z',
  SignatureVersion: '1',
  Signature:
    'EXAMPLEpH+DcEwjAPg8O9mY8dReBSwksfg2S7WKQcikcNKWLQjwu6A4VbeS0QHVCkhRS7fUQvi2egU3N858fiTDN6bkkOxYDVrY0Ad8L10Hs3zH81mtnPk5uvvolIC1CXGu43obcgFxeL3khZl8IKvO61GWB6jI9b5+gLPoBc1Q=',
  SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-x.pem',
  ...more,
});

export const ecrPush = (more: object = {}) => ({
  version: '0',
  id: '13cde686-328b-6117-af20-0e5566167482',
  'detail-type': 'ECR Image Action',
  source: 'aws.ecr',
  account: '111122223333',
  time: '2026-11-16T01:54:34Z',
  region: 'eu-west-1',
  resources: [],
  detail: {
    result: 'SUCCESS',
    'repository-name': 'webapp',
    'image-digest': 'sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234',
    'action-type': 'PUSH',
    'image-tag': 'latest',
  },
  ...more,
});

export const s3Record = (key = 'prod/app.yaml', more: object = {}) => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'eu-west-1',
  eventTime: '2026-01-03T16:52:01.343Z',
  eventName: 'ObjectCreated:Put',
  userIdentity: { principalId: 'AWS:A' },
  s3: {
    s3SchemaVersion: '1.0',
    configurationId: 'flux',
    bucket: { name: 'manifests', arn: 'arn:aws:s3:::manifests' },
    object: { key, size: 1024, eTag: 'd41d8cd98f00b204e9800998ecf8427e', sequencer: '0A1B2C3D4E5F678901' },
  },
  ...more,
});

export const s3TestEvent = {
  Service: 'Amazon S3',
  Event: 's3:TestEvent',
  Time: '2026-10-13T15:57:02.089Z',
  Bucket: 'manifests',
  RequestId: '5582815E1AEA5ADF',
  HostId: '8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE',
};

export const codecommitRecord = (more: object = {}) => ({
  awsRegion: 'eu-west-1',
  codecommit: { references: [{ commit: '5c4ef1049f1d27deadbeeff313e0730018be182b', ref: 'refs/heads/main' }] },
  eventId: '31ade2c7-f889-47c5-a937-1cf99e2790e9',
  eventName: 'ReferenceChanges',
  eventPartNumber: 1,
  eventSource: 'aws:codecommit',
  eventSourceARN: 'arn:aws:codecommit:eu-west-1:111122223333:fleet',
  eventTime: '2026-02-13T20:37:46.381+0000',
  eventTotalParts: 1,
  eventTriggerName: 'flux',
  eventVersion: '1.0',
  userIdentityARN: 'arn:aws:iam::111122223333:user/dev',
  ...more,
});

export const registryInsert = {
  action: 'INSERT',
  digest: 'europe-docker.pkg.dev/acme/apps/webapp@sha256:6ec128e26cd5',
  tag: 'europe-docker.pkg.dev/acme/apps/webapp:1.2.3',
};

export const pubsubPush = (data: unknown, message: object = {}) => ({
  message: {
    data: Buffer.from(typeof data === 'string' ? data : JSON.stringify(data)).toString('base64'),
    messageId: '136969346945',
    message_id: '136969346945',
    publishTime: '2026-01-03T16:52:01.343Z',
    ...message,
  },
  subscription: 'projects/acme/subscriptions/flux',
});

export const acrPush = (more: object = {}) => ({
  id: '831e1650-001e-001b-66ab-eeb76e069631',
  topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/acme',
  subject: 'webapp:1.2.3',
  eventType: 'Microsoft.ContainerRegistry.ImagePushed',
  eventTime: '2026-04-25T21:39:47.6549614Z',
  data: {
    id: '31c51664-e5bd-416a-a5df-e5206bc47ed0',
    timestamp: '2026-04-25T21:39:47.276585742Z',
    action: 'push',
    target: {
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      size: 3023,
      digest: 'sha256:213bbc182920ab41e18edc2001e06abcca6735d87782d9cef68abd83941cf0e5',
      repository: 'webapp',
      tag: '1.2.3',
    },
    request: { id: '7c66f28b-de19-40a4-821c-6f5f6c0003a4', host: 'acme.azurecr.io', method: 'PUT' },
  },
  dataVersion: '1.0',
  metadataVersion: '1',
  ...more,
});

export const eventgridValidation = {
  id: '2d1781af-3a4c-4d7c-bd0c-e34b19da4e66',
  topic: '/subscriptions/s',
  subject: '',
  data: {
    validationCode: '512d38b6-c7b8-40c8-89fe-f46f9e9622b6',
    validationUrl: 'https://rp-eastus2.eventgrid.azure.net/x',
  },
  eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
  eventTime: '2026-01-25T22:12:19.4556811Z',
  metadataVersion: '1',
  dataVersion: '1',
};

export const cloudEvent = (more: object = {}) => ({
  specversion: '1.0',
  id: 'A234-1234-1234',
  source: '/mycontext',
  type: 'com.example.pushed',
  data: { repository: 'webapp' },
  ...more,
});
