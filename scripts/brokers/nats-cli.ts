import type { Progress } from '../../control-plane/progress.ts';
import { findGoTool } from './go-tool.ts';

/** NATS' own command `nats`, as people use it. @throws GoBuildError that says in one line why it cannot be had. */
export function findNatsCli(progress: Progress): Promise<string> {
  return findGoTool({ folder: 'nats-cli', mainPackage: 'github.com/nats-io/natscli/nats', name: 'nats' }, progress);
}
