import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { webhookTypes } from '../../../operator/webhooks/index.ts';

const repository = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, repository), 'utf8');
const names = [...webhookTypes.keys()];

describe('the registry', () => {
  it('has the thirteen types of Flux and five more, each under its name', () => {
    expect(names).toEqual([
      'generic',
      'generic-hmac',
      'generic-oidc',
      'github',
      'gitlab',
      'bitbucket',
      'harbor',
      'dockerhub',
      'quay',
      'gcr',
      'nexus',
      'acr',
      'cdevents',
      'sns',
      'pubsub',
      'eventgrid',
      'cloudevents',
      'standard-webhooks',
    ]);
    for (const [name, type] of webhookTypes) expect(type.name).toBe(name);
  });

  it('knows which header names an event', () => {
    const headers = [...webhookTypes.values()].flatMap(({ name, eventHeader }) =>
      eventHeader === undefined ? [] : [[name, eventHeader]],
    );
    expect(Object.fromEntries(headers)).toEqual({
      github: 'x-github-event',
      gitlab: 'x-gitlab-event',
      bitbucket: 'x-event-key',
      cdevents: 'ce-type',
    });
  });

  it.each([...webhookTypes.values()])('asks $name for a Secret or for providers, never for both', (type) => {
    const oidc = type.name === 'generic-oidc';
    expect(type.secret).toBe(oidc ? 'refused' : 'required');
    expect(type.oidcProviders).toBe(oidc ? 'required' : 'refused');
    expect(type.methods).toContain('POST');
    expect(type.validatedBy).toMatch(/^\S[^\n]*[^.\s]$/);
  });
});

describe('what comes with a type', () => {
  it('is an example for each, and none for what is no type', () => {
    const folders = readdirSync(new URL('examples/', repository));
    const ofReceivers = folders.filter((name) => existsSync(new URL(`examples/${name}/receiver.yaml`, repository)));
    expect(ofReceivers.sort()).toEqual([...names].sort());
  });

  it.each([...webhookTypes.values()])('is an example of $name that can be applied', (type) => {
    const objects = parseAllDocuments(read(`examples/${type.name}/receiver.yaml`)).map((document) => document.toJS());
    const receiver = objects.find(({ kind }) => kind === 'Receiver');
    const secret = objects.find(({ kind }) => kind === 'Secret');
    expect(receiver).toMatchObject({
      apiVersion: 'notification.toolkit.fluxcd.io/v1',
      spec: { type: type.name, resources: [expect.anything()] },
    });
    if (type.secret === 'required') {
      expect(receiver.spec.secretRef.name).toBe(secret.metadata.name);
      expect(receiver.metadata.namespace).toBe(secret.metadata.namespace);
      expect(secret.metadata.name).toBe(`${type.name}-webhook-token`);
      expect(secret.stringData.token).toMatch(/^replace-me/);
    } else {
      expect(secret).toBeUndefined();
      expect(receiver.spec.secretRef).toBeUndefined();
    }
    const data = Object.entries<string>(secret?.stringData ?? {}).map(([key, text]) => [key, Buffer.from(text)]);
    const settings = {
      token: Buffer.from(secret?.stringData.token ?? ''),
      secret: Object.fromEntries(data),
      oidcProviders: receiver.spec.oidcProviders ?? [],
    };
    expect(() => type.prepare(settings)).not.toThrow();
  });

  it.each(names)('is a section on %s in the docs', (name) => {
    expect(read('docs/receivers.md')).toContain(`\n## ${name}\n`);
  });
});
