/** One server of a broker, as a process of its own on loopback, which ends with the run that started it. */
import { type Command, ComponentError, startComponent } from '../../control-plane/component.ts';
import { createRunFolder } from '../../control-plane/run-folder.ts';

export interface ServerProcess {
  /** Ends it, and removes its folder. */
  stop(): Promise<void>;
}

/** How to start one. */
export interface ServerCommand {
  readonly name: string;
  readonly command: Command;
  readonly args: readonly string[];
  /** Whether it serves. */
  ready(): Promise<boolean>;
}

/** Only stops what hangs. */
const READY_WITHIN_MS = 300_000;

/** Resolves once it serves. @throws Error with one line, the last that the server said, when it ends before. */
export async function startServerProcess({ name, command, args, ready }: ServerCommand): Promise<ServerProcess> {
  const folder = createRunFolder();
  const component = startComponent(folder, name, command, args);
  const stop = async () => {
    await component.kill();
    await folder.remove();
  };
  try {
    await component.whenReady(ready, READY_WITHIN_MS);
  } catch (error) {
    await stop();
    throw error instanceof ComponentError ? new Error(oneLine(error), { cause: error }) : error;
  }
  return { stop };
}

function oneLine({ message, log }: ComponentError): string {
  const [what = ''] = message.split('\n');
  const last = log.split('\n').at(-1);
  return last === '' || last === undefined ? what : `${what}: ${last}`;
}
