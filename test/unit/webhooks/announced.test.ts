/** What a genuine request of each type says was pushed. */
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { Announced } from '../../../operator/api/announced.ts';
import { webhookTypes } from '../../../operator/webhooks/index.ts';
import { webhookRequest } from '../../support/webhook-request.ts';
import { payload } from './payload.ts';

interface Definition {
  readonly name: string;
  readonly examples: readonly { ref?: unknown; before?: unknown; after?: unknown }[];
}
const definitions = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Definition[];

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const ZEROS = '0'.repeat(40);
const OLD = '1e65c05c1d5171631d92438a13901ca7dae9618c';
const NEW = '709d658dc5b6d6afcd46049c2f332ee3f515a67d';
const DIGEST = `sha256:${'0b31b1c02ff458ad'.repeat(4)}`;

function announced(type: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Announced | undefined {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = webhookRequest({ headers: { 'Content-Type': JSON_TYPE, ...headers }, body: text });
  return webhookTypes.get(type)?.announced?.(request);
}

const pushed = (fields: object, event = 'push') => announced('github', fields, { 'X-GitHub-Event': event });

describe('github', () => {
  it("announces what each example of GitHub's push says, as JSON and as a form", () => {
    const examples = definitions.find(({ name }) => name === 'push')?.examples ?? [];
    expect(examples.length).toBeGreaterThan(1);
    for (const example of examples) {
      const { ref, before, after } = example;
      const expected = Object.fromEntries(
        Object.entries({ ref, before, revision: after }).filter(([, value]) => value !== ZEROS),
      );
      expect(pushed(example)).toEqual(expected);
      const json = JSON.stringify(example);
      for (const form of [new URLSearchParams({ payload: json }), new URLSearchParams({ a: 'b', payload: json })]) {
        const headers = { 'Content-Type': FORM_TYPE, 'X-GitHub-Event': 'push' };
        expect(announced('github', form.toString(), headers)).toEqual(expected);
      }
    }
  });

  it('announces nothing by any other event', () => {
    const others = definitions.filter(({ name }) => name !== 'push');
    expect(others.length).toBeGreaterThan(30);
    for (const { name, examples } of others)
      for (const example of examples) expect(pushed(example, name)).toBeUndefined();
  });

  it.each([
    ['a new branch', { ref: 'refs/heads/a', before: ZEROS, after: NEW }, { ref: 'refs/heads/a', revision: NEW }],
    ['a branch that is gone', { ref: 'refs/heads/a', before: OLD, after: ZEROS }, { ref: 'refs/heads/a', before: OLD }],
    [
      'what stands at the end of a large body',
      { commits: Array(500).fill({ ref: 'x' }), ref: 'r', after: NEW },
      { ref: 'r', revision: NEW },
    ],
    ['no ref and no commit', { before: OLD }, undefined],
  ])('%s', (_what, fields, expected) => {
    expect(pushed(fields)).toEqual(expected);
  });

  it('finds in a form what stands behind its beginning', () => {
    const json = JSON.stringify({ text: 'ü +%'.repeat(500), ref: 'refs/heads/ü', before: OLD, after: NEW });
    const form = new URLSearchParams({ payload: json }).toString();
    const headers = { 'Content-Type': `${FORM_TYPE}; charset=utf-8`, 'X-GitHub-Event': 'push' };
    expect(announced('github', form, headers)).toEqual({ ref: 'refs/heads/ü', before: OLD, revision: NEW });
    expect(announced('github', 'a=1', headers)).toBeUndefined();
  });
});

describe('gitlab', () => {
  const push = {
    before: '95790bf891e76fee5e1747ab589903a6a1f80f22',
    revision: 'da1560886d4f094c3e6c9ef40349f7d38b5d27d7',
  };

  it.each(['Push Hook', 'Tag Push Hook', 'System Hook'])('announces what a push says, as %s', (event) => {
    const headers = { 'X-Gitlab-Event': event };
    expect(announced('gitlab', payload('gitlab-push'), headers)).toEqual({ ref: 'refs/heads/main', ...push });
  });

  it('has no commit of a branch that is gone', () => {
    const body = { before: OLD, after: ZEROS, ref: 'refs/heads/a', checkout_sha: null };
    expect(announced('gitlab', body, { 'X-Gitlab-Event': 'Push Hook' })).toEqual({ ref: 'refs/heads/a', before: OLD });
  });

  it('announces nothing by any other event', () => {
    const body = { ref: 'main', before_sha: OLD, sha: NEW };
    expect(announced('gitlab', body, { 'X-Gitlab-Event': 'Job Hook' })).toBeUndefined();
  });
});

describe('bitbucket', () => {
  const cloud = { ref: 'main', before: OLD, revision: NEW };

  it('announces the change of Cloud and of Server, as JSON and as a form', () => {
    expect(announced('bitbucket', payload('bitbucket-cloud-push'))).toEqual(cloud);
    const form = new URLSearchParams({ payload: payload('bitbucket-cloud-push') }).toString();
    expect(announced('bitbucket', form, { 'Content-Type': FORM_TYPE })).toEqual(cloud);
    expect(announced('bitbucket', payload('bitbucket-refs-changed'))).toEqual({
      ref: 'refs/heads/main',
      before: 'ecddabb624f6f5ba43816f5926e580a5f680a932',
      revision: '178864a7d521b6f5e720b386b2c2b0ef8563e0dc',
    });
  });

  it.each([
    [
      'a new branch of Cloud',
      { push: { changes: [{ old: null, new: { name: 'a', target: { hash: NEW } } }] } },
      { ref: 'a', revision: NEW },
    ],
    [
      'a branch of Cloud that is gone',
      { push: { changes: [{ old: { name: 'a', target: { hash: OLD } }, new: null }] } },
      { ref: 'a', before: OLD },
    ],
    [
      'a new branch of Server',
      { changes: [{ refId: 'refs/heads/a', fromHash: ZEROS, toHash: NEW }] },
      { ref: 'refs/heads/a', revision: NEW },
    ],
    [
      'a branch of Server that is gone',
      { changes: [{ ref: { id: 'refs/heads/a' }, fromHash: OLD, toHash: ZEROS }] },
      { ref: 'refs/heads/a', before: OLD },
    ],
    ['no change', { push: { changes: [] } }, undefined],
    ['something else', { pullrequest: { id: 1 } }, undefined],
  ])('%s', (_what, body, expected) => {
    expect(announced('bitbucket', body)).toEqual(expected);
  });
});

describe('registries', () => {
  const gcr = (event: object | string) => ({
    message: { data: Buffer.from(typeof event === 'string' ? event : JSON.stringify(event)).toString('base64') },
  });
  const harbor = (type: string, field: string) => ({ type, [field]: { resources: [{ digest: DIGEST, tag: 'v1' }] } });
  const cdevent = (subject: object) => ({ context: { type: 'dev.cdevents.artifact.published.0.2.0' }, subject });
  const purl = `pkg:oci/webapp@${encodeURIComponent(DIGEST)}?repository_url=r.example.com%2Fwebapp&tag=v1#path`;

  it.each<[what: string, type: string, body: unknown, expected: Announced | undefined]>([
    [
      'a push to Artifact Registry',
      'gcr',
      gcr(payload('gcr-event')),
      { ref: 'v1.2.3', revision: 'sha256:6ec128e26cd5a4c4d4bd8d7c4d7d8fd9f2a7a2a3a4f1e9b1c2d3e4f5a6b7c8d9' },
    ],
    ['one without a tag', 'gcr', gcr({ action: 'INSERT', digest: `h:5000/a@${DIGEST}` }), { revision: DIGEST }],
    ['a tag at a host with a port', 'gcr', gcr({ action: 'INSERT', tag: 'h:5000/a:v1' }), { ref: 'v1' }],
    ['no tag at a host with a port', 'gcr', gcr({ action: 'INSERT', tag: 'h:5000/a' }), undefined],
    ['a deletion there', 'gcr', gcr({ action: 'DELETE', tag: 'h/a:v1' }), undefined],
    [
      'a push to ACR',
      'acr',
      payload('acr-push'),
      { ref: 'v1.2.3', revision: 'sha256:80f0d5c8786bb9e621a45ece0db56d11cdc624ad20da9fe62e9d25490f331d7d' },
    ],
    [
      'a chart to ACR',
      'acr',
      { action: 'chart_push', target: { digest: DIGEST, tag: '1.0.0' } },
      { ref: '1.0.0', revision: DIGEST },
    ],
    ['a deletion there', 'acr', { action: 'delete', target: { digest: DIGEST, tag: 'v1' } }, undefined],
    [
      'a push to Harbor',
      'harbor',
      payload('harbor-push-artifact'),
      { ref: 'v1.2.3', revision: 'sha256:8a9e9863dbb6e10edb5adfe917c00da84e1700fa76e7ed02476aa6e6fb8ee0d8' },
    ],
    [
      'a push to Harbor as CloudEvents',
      'harbor',
      harbor('harbor.artifact.pushed', 'data'),
      { ref: 'v1', revision: DIGEST },
    ],
    ['a pull from Harbor', 'harbor', harbor('PULL_ARTIFACT', 'event_data'), undefined],
    ['a deletion there', 'harbor', harbor('DELETE_ARTIFACT', 'event_data'), undefined],
    ['a push to Docker Hub', 'dockerhub', payload('dockerhub-push'), { ref: 'v1.2.3' }],
    ['no tag there', 'dockerhub', { push_data: {} }, undefined],
    ['a push to Quay', 'quay', payload('quay-repo-push'), { ref: 'latest' }],
    ['no tag there', 'quay', { updated_tags: [] }, undefined],
    ['an artifact of CDEvents', 'cdevents', cdevent({ id: purl, content: {} }), { ref: 'v1', revision: DIGEST }],
    [
      'an artifact in the content of a CDEvent',
      'cdevents',
      cdevent({ id: 'webapp', content: { artifactId: `pkg:docker/team/webapp@${DIGEST}` } }),
      { revision: DIGEST },
    ],
    [
      'one whose version is no digest',
      'cdevents',
      cdevent({ id: 'pkg:golang/example.com/app@234fd47e07d1' }),
      undefined,
    ],
    ['another CDEvent', 'cdevents', payload('cdevents-change-merged'), undefined],
  ])('%s: %s', (_what, type, body, expected) => {
    expect(announced(type, body)).toEqual(expected);
  });
});

it('is a matter of these types alone', () => {
  const types = [...webhookTypes.values()].filter((type) => type.announced !== undefined).map(({ name }) => name);
  expect(types.sort()).toEqual(
    ['github', 'gitlab', 'bitbucket', 'gcr', 'acr', 'harbor', 'cdevents', 'dockerhub', 'quay'].sort(),
  );
});
