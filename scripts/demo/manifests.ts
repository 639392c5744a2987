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
