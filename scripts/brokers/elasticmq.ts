/** ElasticMQ: an SQS of its own making on the JVM, second opinion beside moto. It asks for no credentials. */
import { freePort } from '../../control-plane/free-port.ts';
import { answersOk } from '../../control-plane/probe.ts';
import type { Progress } from '../../control-plane/progress.ts';
import { mavenJars } from './maven-jars.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/** The account that stands in its queues' URLs. */
const ELASTICMQ_ACCOUNT = '000000000000';

export interface ElasticMq extends ServerProcess {
  /** `http://127.0.0.1:port` */
  readonly url: string;
}

const artifact = { groupId: 'org.elasticmq', artifactId: 'elasticmq-server_2.13', version: '1.6.11' };

/** @param port of an earlier one, to start it again. @throws Error with one line that says what this machine lacks. */
export async function startElasticMq(progress: Progress, port?: number): Promise<ElasticMq> {
  const classPath = await mavenJars('elasticmq', [artifact], progress);
  const ownPort = port ?? (await freePort());
  const url = `http://127.0.0.1:${ownPort}`;
  const config = {
    'rest-sqs.bind-hostname': '127.0.0.1',
    'rest-sqs.bind-port': ownPort,
    'rest-stats.enabled': false,
    'node-address.host': '127.0.0.1',
    'node-address.port': ownPort,
    'aws.accountId': ELASTICMQ_ACCOUNT,
  };
  const settings = Object.entries(config).map(([name, value]) => `-D${name}=${value}`);
  const server = await startServerProcess({
    name: 'elasticmq',
    command: ['java', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx256m', ...settings],
    args: ['-cp', classPath, 'org.elasticmq.server.Main'],
    ready: () => answersOk(`${url}/health`),
  });
  return { ...server, url };
}
