/** A real nats-server for tests of alerts: Debian's, on loopback. */
import { startNats } from '../../../scripts/brokers/nats.ts';

export interface NatsServer {
  /** `127.0.0.1:port` */
  readonly host: string;
  end(): Promise<void>;
}

/**
 * @param config in the server's own language; `FOLDER` stands for where the files are.
 * @throws Error that says in one line what this machine lacks.
 */
export async function startNatsServer(
  config = '',
  files: Readonly<Record<string, string>> = {},
  port?: number,
): Promise<NatsServer> {
  const { host, stop } = await startNats({ config, files, ...(port === undefined ? {} : { port }) });
  return { host, end: stop };
}
