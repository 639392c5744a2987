/**
 * The walkthroughs of Amazon, from the documented commands to the annotation: moto is SQS, EventBridge, S3 and STS, the
 * objects are the examples, and the operator has the rights that the documented values give it.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lineProgress } from '../../control-plane/progress.ts';
import type { Condition } from '../../operator/api/meta.ts';
import { type Moto, startMoto } from '../../scripts/brokers/moto.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { type Delivery, githubDelivery } from '../support/github-delivery.ts';
import { documentedCommands, runAws } from '../support/sources/documented-commands.ts';
import { type SqsQueues, sqsQueues } from '../support/sources/sqs-queues.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, type World } from '../support/world.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples', 'sources');
const namespace = `t-${randomUUID().slice(0, 8)}`;
const accounts = ['flux-events', 'flux-uploads', 'flux-commits', 'flux-webhooks'];

let moto: Moto;
let queues: SqsQueues;
let world: World;

beforeAll(async () => {
  moto = await startMoto(lineProgress());
  queues = sqsQueues(moto.url);
  const cluster = '--name my-cluster --role-arn arn:aws:iam::123456789012:role/eks --resources-vpc-config subnetIds=a';
  await runAws(moto, `aws eks create-cluster ${cluster}\naws s3 mb s3://manifests`);
  const controlPlane = await reusedControlPlane();
  await controlPlane.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }));
  world = await createWorld(controlPlane, {
    namespace,
    values: { sources: { serviceAccounts: accounts.map((name) => `${namespace}/${name}`) } },
    env: { AWS_ENDPOINT_URL_STS: moto.url },
  });
});
afterAll(async () => {
  await world?.end();
  queues?.stop();
  await moto?.stop();
});

interface Walk {
  /** Of the documentation and the example. */
  readonly page: string;
  /** Of queue, role and ServiceAccount. */
  readonly name: string;
  readonly object: string;
  readonly target: readonly [kind: string, name: string];
}

/** Runs what the pages say, and applies the example. @returns the queue's URL, once it is read. */
async function setUp({ page, name, object, target }: Walk): Promise<string> {
  const commands = await documentedCommands('sources/sqs.md', 'aws');
  expect(commands).toContain('NAME=flux-events');
  const script = [commands.replace('NAME=flux-events', `NAME=${name}`)];
  script.push(await documentedCommands(`sources/${page}.md`, 'aws'));
  const printed = await runAws(moto, `${script.join('\n')}\necho "$QUEUE_URL"`);
  const url = printed.trimEnd().split('\n').at(-1) ?? '';
  await world.target(...target);
  const example = await readFile(join(EXAMPLES, `${page}.yaml`), 'utf8');
  const documented = `queueURL: https://sqs.eu-west-1.amazonaws.com/111122223333/${name}`;
  expect(example).toContain(documented);
  await world.controlPlane.apply(
    example
      .replaceAll('namespace: apps', `namespace: ${namespace}`)
      .replaceAll(documented, `queueURL: ${url}\n    region: eu-west-1`)
      // moto's credentials belong to the account of the role.
      .replaceAll('iam::111122223333', 'iam::123456789012'),
  );
  const ready = await waitFor(`BrokerReceiver ${object} is Ready`, async () => {
    const { status } = await world.objects.get<{
      kind: string;
      metadata: { name: string };
      status?: { conditions?: Condition[] };
    }>('sluice.dev/v1alpha1', 'BrokerReceiver', object);
    return status?.conditions?.find(({ type, status: is }) => type === 'Ready' && is === 'True');
  });
  expect(ready).toMatchObject({ reason: 'Succeeded', message: `reading sqs ${name} (eu-west-1)` });
  return url;
}

const isEmpty = async (url: string) => {
  const { waiting, hidden } = await queues.counts(url);
  return waiting + hidden === 0;
};

/** What happens is done away from the queue without effect, then what counts has one. */
async function walk(url: string, target: Walk['target'], other: () => Promise<unknown>, own: () => Promise<unknown>) {
  await other();
  await waitFor('the other message is done', () => isEmpty(url));
  expect(await world.requestedAt(...target)).toBe('');
  await own();
  await waitFor('the target is annotated', () => world.requestedAt(...target));
  await waitFor('the message is done', () => isEmpty(url));
  expect(await queues.counts(`${url}-dead`)).toEqual({ waiting: 0, hidden: 0 });
}

/** As the service itself would. */
function putEvent(source: string, detailType: string, detail: object, resources = ''): Promise<string> {
  const entry = JSON.stringify([
    {
      Source: source,
      DetailType: detailType,
      Detail: JSON.stringify(detail),
      Resources: resources === '' ? [] : [resources],
    },
  ]);
  return runAws(moto, `aws events put-events --entries '${entry}'`);
}

test('an image pushed to ECR reaches the ImageRepository', async () => {
  const target = ['ImageRepository', 'webapp'] as const;
  const url = await setUp({ page: 'ecr', name: 'flux-events', object: 'ecr', target });
  const push = (repository: string, action = 'PUSH') =>
    putEvent('aws.ecr', 'ECR Image Action', {
      result: 'SUCCESS',
      'repository-name': repository,
      'image-digest': 'sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234',
      'action-type': action,
      'image-tag': 'v1.4.0',
    });
  await walk(
    url,
    target,
    () => push('other'),
    () => push('webapp'),
  );
});

test('a file uploaded to S3 reaches the Bucket', async () => {
  const target = ['Bucket', 'manifests'] as const;
  const url = await setUp({ page: 's3', name: 'flux-uploads', object: 's3', target });
  const upload = (key: string) => runAws(moto, `echo x > file\naws s3 cp file 's3://manifests/${key}'`);
  const other = { Records: [{ eventSource: 'aws:s3', eventName: 'ObjectRemoved:Delete', s3: {} }] };
  await walk(
    url,
    target,
    () => queues.send(url, JSON.stringify(other)),
    () => upload('prod/my app.yaml'),
  );
});

test('a push to CodeCommit reaches the GitRepository', async () => {
  const target = ['GitRepository', 'fleet'] as const;
  const url = await setUp({ page: 'codecommit', name: 'flux-commits', object: 'codecommit', target });
  const push = (branch: string) =>
    putEvent(
      'aws.codecommit',
      'CodeCommit Repository State Change',
      {
        event: 'referenceUpdated',
        repositoryName: 'fleet',
        referenceType: 'branch',
        referenceName: branch,
        referenceFullName: `refs/heads/${branch}`,
        commitId: 'b98e1a8c5f3d4e7ab8f1c2d3e4f5a6b7c8d9e0f1',
      },
      'arn:aws:codecommit:eu-west-1:123456789012:fleet',
    );
  await walk(
    url,
    target,
    () => push('feature'),
    () => push('main'),
  );
});

/** What the documented integration of API Gateway makes of a request. moto keeps it, and runs none. */
async function gateway(): Promise<(delivery: Delivery) => Promise<string>> {
  const api = '--api-id "$(aws apigatewayv2 get-apis --query "Items[0].ApiId" --output text)"';
  const read = async (what: string) => JSON.parse(await runAws(moto, `aws apigatewayv2 ${what} ${api} --output json`));
  const [[integration], [route]] = [(await read('get-integrations')).Items, (await read('get-routes')).Items];
  expect(route).toMatchObject({ RouteKey: 'POST /github', Target: `integrations/${integration.IntegrationId}` });
  expect(integration).toMatchObject({ IntegrationType: 'AWS_PROXY', IntegrationSubtype: 'SQS-SendMessage' });
  const { QueueUrl, MessageBody, MessageAttributes } = integration.RequestParameters;
  expect(MessageBody).toBe('$request.body');
  return ({ body, headers }) => {
    const filled = MessageAttributes.replaceAll(
      /\$\{request\.header\.([a-z\d-]+)\}/g,
      (_: string, name: string) => headers[name],
    );
    return queues.send(QueueUrl, body.toString(), JSON.parse(filled));
  };
}

test('a webhook of GitHub goes through the queue, and its signature is checked at the end', async () => {
  const target = ['GitRepository', 'webapp'] as const;
  const url = await setUp({ page: 'github-sqs', name: 'flux-webhooks', object: 'github-webhooks', target });
  const send = await gateway();
  const deliver = (event: string, secret: string) => send(githubDelivery(event, secret));
  const token = 'replace-me-with-the-output-of-openssl-rand-hex-32';
  await walk(
    url,
    target,
    () => deliver('star', token),
    () => deliver('push', token),
  );
  await deliver('push', 'a wrong secret');
  await waitFor('the forged webhook is a dead letter', async () => (await queues.counts(`${url}-dead`)).waiting === 1);
  expect(await isEmpty(url)).toBe(true);
});
