/** The objects of the guide. */

export const gitRepository = `
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: my-nginx, namespace: flux-system}
spec:
  interval: 15m
  url: https://github.com/sidd-harth/nginx
  ref: {branch: main}
`;

export function webhookToken(token: string): string {
  return `
apiVersion: v1
kind: Secret
metadata: {name: webhook-token, namespace: flux-system}
stringData: {token: ${token}}
`;
}

export const githubReceiver = `
apiVersion: notification.toolkit.fluxcd.io/v1
kind: Receiver
metadata: {name: github-receiver, namespace: flux-system}
spec:
  type: github
  events: [ping, push]
  secretRef: {name: webhook-token}
  resources:
  - {kind: GitRepository, name: my-nginx}
`;

export function provider(address: string): string {
  return `
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Provider
metadata: {name: log, namespace: flux-system}
spec: {type: generic, address: '${address}'}
`;
}

export const alert = `
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Alert
metadata: {name: everything, namespace: flux-system}
spec:
  providerRef: {name: log}
  eventSources:
  - {kind: Kustomization, name: '*'}
`;

/** @param queueUrl of a server that takes any credentials. */
export function ecrReceiver(queueUrl: string): string {
  return `
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: webapp, namespace: flux-system}
spec: {image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/webapp, interval: 1h}
---
apiVersion: v1
kind: Secret
metadata: {name: sqs, namespace: flux-system}
stringData: {aws_access_key_id: demo, aws_secret_access_key: demo}
---
apiVersion: sluice.dev/v1alpha1
kind: BrokerReceiver
metadata: {name: ecr, namespace: flux-system}
spec:
  type: sqs
  sqs: {queueURL: '${queueUrl}', region: eu-west-1}
  secretRef: {name: sqs}
  events: [ECR Image Action]
  resources:
  - {kind: ImageRepository, name: webapp}
  resourceFilter: req['repository-name'] == 'webapp' && req.result == 'SUCCESS'
`;
}

/** What EventBridge makes of a push to ECR, as JSON. */
export function ecrPush(): string {
  return JSON.stringify({
    version: '0',
    id: '13cde686-328b-6117-af20-0e5566167482',
    'detail-type': 'ECR Image Action',
    source: 'aws.ecr',
    account: '111122223333',
    time: new Date().toISOString(),
    region: 'eu-west-1',
    resources: [],
    detail: {
      result: 'SUCCESS',
      'repository-name': 'webapp',
      'image-digest': 'sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234',
      'action-type': 'PUSH',
      'image-tag': 'v1.4.0',
    },
  });
}

/** What kustomize-controller posts, as JSON. */
export function fluxEvent(message: string, revision: string): string {
  const apiVersion = 'kustomize.toolkit.fluxcd.io/v1';
  return JSON.stringify({
    involvedObject: { apiVersion, kind: 'Kustomization', namespace: 'flux-system', name: 'my-nginx' },
    severity: 'info',
    timestamp: new Date().toISOString(),
    message,
    reason: 'ReconciliationSucceeded',
    metadata: { 'kustomize.toolkit.fluxcd.io/revision': revision },
    reportingController: 'kustomize-controller',
  });
}
