// The first step of every `npm run`: plain JavaScript for any Node from 18 on. Installs the dependencies when they are
// missing or stale, then runs the TypeScript file named first with the pinned Node 24 and the arguments that follow.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NODE_MAJOR = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  fail('usage: node scripts/run.mjs <script.ts> [arguments]');
}
if (!isInstalled()) {
  install();
}
process.env.PATH = [bin, process.env.PATH].join(delimiter);
const node = pinnedNode();
if (node === realpathSync(process.execPath)) {
  whenNpmEnds(() => process.kill(process.pid, 'SIGTERM'));
  process.argv.splice(1, 2, resolve(script));
  await import(pathToFileURL(resolve(script)).href);
} else {
  runWith(node);
}

/** True when node_modules is what package-lock.json says; npm records there what it installed. */
function isInstalled() {
  const locked = packagesOf('package-lock.json');
  const installed = packagesOf(join('node_modules', '.package-lock.json'));
  if (installed === undefined) {
    return false;
  }
  const wanted = Object.entries(locked ?? {}).filter(([path]) => path !== '');
  const matches = wanted.every(([path, { version, optional }]) => {
    const found = installed[path];
    // An optional package may be for another platform.
    return found === undefined ? optional === true : found.version === version;
  });
  return matches && Object.keys(installed).every((path) => locked?.[path] !== undefined);
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function install() {
  console.error('sluice: installing the dependencies (npm ci)');
  // Standard output belongs to the script.
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const npm = process.env.npm_execpath;
  const { status, error } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, 'ci'], options)
    : spawnSync('npm', ['ci'], options);
  if (status !== 0) {
    fail(`npm ci failed${error ? `: ${error.message}` : ''}`);
  }
}

/** The Node that the dependencies brought; where they have none for this platform, the one running, if new enough. */
function pinnedNode() {
  const pinned = join(bin, 'node');
  if (existsSync(pinned)) {
    return realpathSync(pinned);
  }
  if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR) {
    fail(`needs Node ${NODE_MAJOR} or later on ${process.platform}-${process.arch}; this is ${process.versions.node}`);
  }
  return realpathSync(process.execPath);
}

function runWith(file) {
  const child = spawn(file, [resolve(script), ...args], { stdio: 'inherit' });
  child.on('error', (error) => fail(error.message));
  // A terminal sends Ctrl-C to the child as well; sending it again would look like a second, impatient one.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  whenNpmEnds(() => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

/**
 * npm passes signals on to the shell between it and this process, which may keep them to itself, and none when it is
 * killed: the script ends with npm, whichever way that ends.
 */
function whenNpmEnds(callback) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  const timer = setInterval(() => {
    if (process.ppid === shell && (npm === undefined || isAlive(npm))) return;
    clearInterval(timer);
    callback();
  }, 250);
  timer.unref();
}

/** The parent of a shell; undefined for any other process, such as npm where the shell has given way to this one. */
function parentOf(pid) {
  const { stdout } = existsSync(`/proc/${pid}/stat`)
    ? { stdout: readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^\d+ \((.*)\) \S+ (\d+) .*/s, '$2 $1') }
    : spawnSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' });
  const [, parent, command = ''] = /^\s*(\d+)\s+(\S+)/.exec(stdout ?? '') ?? [];
  return /(^|\/)(ba|da|z|k|a)?sh$/.test(command) ? Number(parent) : undefined;
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function fail(message) {
  console.error(`sluice: ${message}`);
  process.exit(1);
}
