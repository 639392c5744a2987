// Ends a run's processes and removes its folder, however the run ends: it is a process of its own that reads
// `guard <pid>`, `release <pid>` and `folder <path>` lines from the run, and acts when that pipe closes. A pipe
// closes on a normal stop as well as on Ctrl-C or SIGKILL of the run, so there is one way to clean up.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const pids = new Set<number>();
const folders = new Set<string>();

// The run decides when this process ends, not the terminal that both may be attached to.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('SIGHUP', () => undefined);

for await (const line of createInterface({ input: process.stdin })) {
  obey(line);
}
for (const pid of pids) {
  signal(pid, 'SIGKILL');
}
const deadline = Date.now() + 10_000;
while ([...pids].some((pid) => signal(pid, 0)) && Date.now() < deadline) {
  await sleep(20);
}
for (const folder of folders) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

function obey(line: string): void {
  const [, verb, argument = ''] = /^(\w+) (.+)$/.exec(line) ?? [];
  if (verb === 'guard') {
    pids.add(Number(argument));
  } else if (verb === 'release') {
    pids.delete(Number(argument));
  } else if (verb === 'folder') {
    folders.add(argument);
  }
}

/** Sends a signal; false when there is no such process. Signal 0 only asks. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
