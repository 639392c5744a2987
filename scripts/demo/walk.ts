/** The guide, step by step, on a real control plane; each step throws unless what it claims was seen. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlPlane } from '../../control-plane/start.ts';
import { type Delivery, githubDelivery, post } from '../../test/support/github-delivery.ts';
import { githubReceiver, gitRepository, webhookToken } from './manifests.ts';
import type { Narrator } from './narrator.ts';

export const TOKEN = 'secret-token-dont-share';
const ROTATED = 'rotated-token-also-secret';
const PATH = '/hook/be1782fa344b4a24ea458be2dde11f9c289b91e79282805c61cae3c6d5364741';
/** Of the range for documentation. */
const ADDRESS = '203.0.113.7';
/** Only stops what hangs. */
const WITHIN_MS = 300_000;

/** What the walk needs of the stage it walks on. */
export interface Stage {
  readonly controlPlane: ControlPlane;
  /** Of the receiver server. */
  readonly url: string;
  readonly narrator: Narrator;
}

async function read(stage: Stage, resource: string, jsonpath: string): Promise<string> {
  const args = ['-n', 'flux-system', 'get', resource, '-o', `jsonpath={${jsonpath}}`];
  const { code, stdout, stderr } = await stage.controlPlane.kubectl(args);
  if (code !== 0) throw new Error(stderr.trim());
  return stdout;
}

const requestedAt = (stage: Stage) =>
  read(stage, 'gitrepository/my-nginx', '.metadata.annotations.reconcile\\.fluxcd\\.io/requestedAt');
const pathOf = (stage: Stage) => read(stage, 'receiver/github-receiver', '.status.webhookPath');

/** Observes until there is something. @throws Error after `withinMs`, with `what`. */
export async function until<T>(
  what: string,
  observe: () => Promise<T | undefined>,
  withinMs: number = WITHIN_MS,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const seen = await observe();
    if (seen !== undefined) return seen;
    if (Date.now() > end) throw new Error(`not seen in time: ${what}`);
    await sleep(50);
  }
}

async function deliver(stage: Stage, path: string, delivery: Delivery, expected: number): Promise<number> {
  const { status, tookMs } = await post(`${stage.url}${path}`, delivery);
  if (status !== expected) throw new Error(`${delivery.event}: answered ${status}, not ${expected}`);
  return tookMs;
}

/** A refused delivery must leave the target as it was. */
async function refused(stage: Stage, delivery: Delivery, proves: string): Promise<string> {
  const before = await requestedAt(stage);
  await deliver(stage, PATH, delivery, 400);
  if ((await requestedAt(stage)) !== before) throw new Error('a refused delivery reached my-nginx');
  return proves;
}

async function setUp(stage: Stage): Promise<void> {
  const { narrator, controlPlane } = stage;
  narrator.heading('The guide');
  await narrator.step('GitRepository my-nginx, polled every 15 m', async () => {
    await controlPlane.apply(gitRepository);
    return 'the source whose next poll is a quarter of an hour away';
  });
  await narrator.step('Secret webhook-token', async () => {
    await controlPlane.apply(webhookToken(TOKEN));
    return 'the token that GitHub signs with';
  });
  await narrator.step('Receiver github-receiver', async () => {
    await controlPlane.apply(githubReceiver);
    const wait = ['-n', 'flux-system', 'wait', '--for=condition=Ready', 'receiver/github-receiver', '--timeout=300s'];
    const { code, stderr } = await controlPlane.kubectl(wait);
    if (code !== 0) throw new Error(stderr.trim());
    return 'Ready';
  });
  await narrator.step('kubectl get receivers', async () => {
    const path = await pathOf(stage);
    if (path !== PATH) throw new Error(`the path is ${path}`);
    return 'the path is the guide’s, digit for digit';
  });
  narrator.show((await controlPlane.kubectl(['-n', 'flux-system', 'get', 'receivers'])).stdout);
}

/** The guide's Service; its address is written here as a cloud would. */
async function expose(stage: Stage): Promise<void> {
  const { narrator, controlPlane } = stage;
  const kubectl = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await controlPlane.kubectl(['-n', 'flux-system', ...args]);
    if (code !== 0) throw new Error(stderr.trim());
  };
  narrator.heading('The URL to paste');
  await narrator.step('kubectl expose deployment sluice --name receiver --type LoadBalancer', async () => {
    const ports = ['--port', '80', '--target-port', '9292'];
    await kubectl('expose', 'deployment', 'sluice', '--name', 'receiver', ...ports, '--type', 'LoadBalancer');
    const status = { loadBalancer: { ingress: [{ ip: ADDRESS }] } };
    const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
    await kubectl('patch', 'service', 'receiver', ...patch);
    await kubectl('wait', '--for=condition=Exposed', 'receiver/github-receiver', '--timeout=300s');
    const url = await read(stage, 'receiver/github-receiver', '.status.url');
    if (url !== `http://${ADDRESS}${PATH}`) throw new Error(`the URL is ${url}`);
    return `found, with the address that the demo gives it as a cloud would: ${ADDRESS}`;
  });
  narrator.show((await controlPlane.kubectl(['-n', 'flux-system', 'get', 'receivers'])).stdout);
}

async function push(stage: Stage): Promise<void> {
  const { narrator } = stage;
  narrator.heading('A push');
  await narrator.step('GitHub’s ping, signed', async () => {
    await deliver(stage, PATH, githubDelivery('ping', TOKEN), 200);
    return '200';
  });
  await narrator.step('a push, signed', async () => {
    const before = await requestedAt(stage);
    const tookMs = await deliver(stage, PATH, githubDelivery('push', TOKEN), 200);
    const after = await requestedAt(stage);
    if (after === before || after === '') throw new Error('my-nginx was not annotated');
    return `200 in ${tookMs.toFixed(1)} ms, from socket to annotation`;
  });
  narrator.show(`my-nginx  reconcile.fluxcd.io/requestedAt: ${await requestedAt(stage)}`);
  await narrator.step('a forged push', () =>
    refused(stage, githubDelivery('push', 'guessed'), '400, and my-nginx was left alone'),
  );
  await narrator.step('an event that the Receiver does not list', () =>
    refused(stage, githubDelivery('issues', TOKEN), '400, although its signature is right'),
  );
}

async function rotate(stage: Stage): Promise<string> {
  const { narrator, controlPlane } = stage;
  narrator.heading('A rotated token');
  let path = '';
  await narrator.step('a new token in the Secret', async () => {
    const begun = performance.now();
    await controlPlane.apply(webhookToken(ROTATED));
    path = await until('the moved path', async () => {
      const now = await pathOf(stage);
      return now !== '' && now !== PATH ? now : undefined;
    });
    return `the path moved, seen ${(performance.now() - begun).toFixed(0)} ms after kubectl apply began`;
  });
  narrator.show((await controlPlane.kubectl(['-n', 'flux-system', 'get', 'receivers'])).stdout);
  await narrator.step('the old path', async () => {
    await deliver(stage, PATH, githubDelivery('push', TOKEN), 404);
    return '404';
  });
  await narrator.step('the new path, signed with the new token', async () => {
    const tookMs = await deliver(stage, path, githubDelivery('push', ROTATED), 200);
    return `200 in ${tookMs.toFixed(1)} ms`;
  });
  return path;
}

/** Where and with which token the Receiver is called. */
export interface Hook {
  readonly path: string;
  readonly token: string;
}

/** @returns the hook as it is after the walk. */
export async function walk(stage: Stage): Promise<Hook> {
  await setUp(stage);
  await expose(stage);
  await push(stage);
  return { path: await rotate(stage), token: ROTATED };
}
