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
