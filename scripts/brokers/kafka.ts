/** Apache Kafka: one node that is broker and controller (KRaft), on loopback, with a plain and a protected listener. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAuthority, issueCertificate } from '../../control-plane/certificates.ts';
import { freePort } from '../../control-plane/free-port.ts';
import type { Progress } from '../../control-plane/progress.ts';
import { createRunFolder } from '../../control-plane/run-folder.ts';
import { mavenJars } from './maven-jars.ts';
import { startServerProcess } from './server-process.ts';

export interface Kafka {
  /** `127.0.0.1:port`, without TLS and SASL. */
  readonly url: string;
  /** `127.0.0.1:port` of the listener, or of what is before it; with TLS, and SASL by `plain`, `scram-sha-256`, `scram-sha-512` or `oauthbearer`. */
  readonly secureUrl: string;
  /** PEM, of the authority of the protected listener's certificate. */
  readonly authority: string;
  /** The folder with Kafka's own commands, such as `kafka-topics.sh`. */
  readonly bin: string;
  /** Ends the process at once, as a crash does; what it has stored stays. */
  kill(): Promise<void>;
  /** Starts it again where it was. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface KafkaOptions {
  /** Whether the user of the protected listener may do only what he was allowed; who comes by the plain one may do everything. */
  readonly acls?: boolean;
  /** What the node says of itself where to reach it; another one than it is for tests of addresses that are refused. */
  readonly advertised?: string;
  /** Puts something before the protected listener: given where that listens, says where clients find it. */
  readonly before?: (secureHost: string) => Promise<string>;
}

/** The server, and its commands. */
const artifacts = ['kafka_2.13', 'kafka-tools'].map((artifactId) => {
  return { groupId: 'org.apache.kafka', artifactId, version: '4.1.0' };
});
/** Of the user that every mechanism with a password knows. */
export const KAFKA_USER = { username: 'sluice', password: 'sluice-secret' };

const JAVA = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx320m', '-Xms64m'];
/** Tests write messages that are larger than may be. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
const CLUSTER_ID = 'c2x1aWNlLXRlc3QtMDAwMA';

/** @throws Error with one line that says what this machine lacks. */
export async function startKafka(progress: Progress, options: KafkaOptions = {}): Promise<Kafka> {
  const { advertised, acls = false, before = async (host) => host } = options;
  const classPath = await mavenJars('kafka', artifacts, progress);
  const folder = createRunFolder();
  const [plain, secure, controller] = [await freePort(), await freePort(), await freePort()];
  const secureUrl = await before(`127.0.0.1:${secure}`);
  const authority = await createAuthority('authority of kafka');
  const node = await issueCertificate(authority, { commonName: 'kafka', hosts: ['127.0.0.1', 'localhost'] });
  const file = (name: string, text: string): string => {
    const path = join(folder.path, name);
    writeFileSync(path, text);
    return path;
  };
  mkdirSync(join(folder.path, 'data'));
  const properties = serverProperties({
    ports: { plain, secure, controller },
    advertised: { plain: advertised, secure: secureUrl },
    dataFolder: join(folder.path, 'data'),
    keystore: file('keystore.pem', `${node.keyPem}\n${node.certificatePem}\n`),
    truststore: file('authority.pem', authority.certificatePem),
  });
  const text = Object.entries({ ...properties, ...(acls && ACLS) }).map(([name, value]) => `${name}=${value}\n`);
  const config = file('server.properties', text.join(''));
  const java = (mainClass: string) => [...JAVA, '-cp', classPath, mainClass];
  const scram = (mechanism: string) =>
    `${mechanism}=[name=${KAFKA_USER.username},password=${KAFKA_USER.password},iterations=4096]`;
  const format = ['format', '-t', CLUSTER_ID, '-c', config];
  const users = ['--add-scram', scram('SCRAM-SHA-256'), '--add-scram', scram('SCRAM-SHA-512')];
  await promisify(execFile)('java', [...java('kafka.tools.StorageTool'), ...format, ...users]);
  let running: { stop(): Promise<void> } | undefined;
  const start = async (): Promise<void> => {
    running = await startServerProcess({
      name: 'kafka',
      command: ['java'],
      args: [...java('kafka.Kafka'), config],
      ready: () => isOpen(plain),
    });
  };
  const kill = async (): Promise<void> => {
    await running?.stop();
    running = undefined;
  };
  await start();
  return {
    url: `127.0.0.1:${plain}`,
    secureUrl,
    authority: authority.certificatePem,
    bin: writeCommands(join(folder.path, 'bin'), java),
    start,
    kill,
    async stop() {
      await kill();
      await folder.remove();
    },
  };
}

/** The classes of the commands, which the artifacts of Maven have without their scripts. */
const COMMANDS = {
  'kafka-topics.sh': 'org.apache.kafka.tools.TopicCommand',
  'kafka-configs.sh': 'kafka.admin.ConfigCommand',
  'kafka-acls.sh': 'org.apache.kafka.tools.AclCommand',
};

/** @returns the folder */
function writeCommands(folder: string, java: (mainClass: string) => readonly string[]): string {
  mkdirSync(folder);
  for (const [name, mainClass] of Object.entries(COMMANDS)) {
    const words = java(mainClass).map((word) => `'${word}'`);
    writeFileSync(join(folder, name), `#!/bin/sh\nexec java ${words.join(' ')} "$@"\n`, { mode: 0o755 });
  }
  return folder;
}

const ACLS = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:ANONYMOUS',
};

interface NodeSettings {
  readonly ports: { readonly plain: number; readonly secure: number; readonly controller: number };
  readonly advertised: { readonly plain: string | undefined; readonly secure: string };
  readonly dataFolder: string;
  /** Files of PEM. */
  readonly keystore: string;
  readonly truststore: string;
}

function serverProperties(settings: NodeSettings): Readonly<Record<string, string | number | boolean>> {
  const { ports, advertised, dataFolder, keystore, truststore } = settings;
  const { plain, secure, controller } = ports;
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAIN://127.0.0.1:${plain},SECURE://127.0.0.1:${secure},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAIN://${advertised.plain ?? `127.0.0.1:${plain}`},SECURE://${advertised.secure}`,
    'listener.security.protocol.map': 'PLAIN:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': advertised.plain === undefined ? 'PLAIN' : 'SECURE',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'listener.name.secure.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    'listener.name.secure.plain.sasl.jaas.config': plainConfig(),
    'listener.name.secure.scram-sha-256.sasl.jaas.config': `${MODULE}.scram.ScramLoginModule required;`,
    'listener.name.secure.scram-sha-512.sasl.jaas.config': `${MODULE}.scram.ScramLoginModule required;`,
    'listener.name.secure.oauthbearer.sasl.jaas.config': `${MODULE}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': truststore,
    'log.dirs': dataFolder,
    'num.partitions': 1,
    'message.max.bytes': MAX_MESSAGE_BYTES,
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    'log.cleaner.enable': false,
  };
}

const MODULE = 'org.apache.kafka.common.security';

function plainConfig(): string {
  const { username, password } = KAFKA_USER;
  return `${MODULE}.plain.PlainLoginModule required username="${username}" password="${password}" user_${username}="${password}";`;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    const end = (open: boolean) => () => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', end(true)).once('error', end(false));
  });
}
