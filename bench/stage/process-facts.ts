/** What the kernel knows of a process, from /proc. */
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const TICKS_PER_SECOND = 100;
/** Fields of /proc/<pid>/stat after the name, which may hold blanks. */
const UTIME = 11;
const STIME = 12;
const SETTLE_MS = 20_000;
const SAMPLES = 5;
const SAMPLE_EVERY_MS = 1_000;

/** User and system time so far. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[UTIME]) + Number(fields[STIME])) / TICKS_PER_SECOND;
}

export function rssMebibytesOf(pid: number): number {
  return statusOf(pid, 'VmRSS') / 1024;
}

/** The most that the process has had since `forgetPeakOf`. */
export function peakMebibytesOf(pid: number): number {
  return statusOf(pid, 'VmHWM') / 1024;
}

export function forgetPeakOf(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** What each open file descriptor is: a path, or `socket:[inode]`. */
export function openFilesOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      return readlinkSync(`${folder}/${fd}`);
    } catch {
      // Closed since it was listed.
      return [];
    }
  });
}

/** Established TCP connections over IPv4 to a port. */
export function connectionsTo(pid: number, port: number): number {
  const own = new Set(openFilesOf(pid));
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, , to, state, , , , , , inode]) => to?.endsWith(remote) && state === '01' && own.has(`socket:[${inode}]`),
    ).length;
}

/** The median over some seconds, after the process has had nothing to do for a while. */
export async function restingMebibytesOf(pid: number): Promise<number> {
  await sleep(SETTLE_MS);
  const samples: number[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    samples.push(rssMebibytesOf(pid));
    await sleep(SAMPLE_EVERY_MS);
  }
  return medianOf(samples);
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function statusOf(pid: number, field: string): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1]);
}
