/**
 * A small git server over HTTP, which has branches and no objects: it tells its refs as git's smart protocol does
 * (gitprotocol-http, the first request of every fetch), and lags or fails on request.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface GitServer {
  urlOf(repository: string): string;
  /** A branch is at this commit from now on; what fetches may see an older one, see {@link lag}. */
  push(repository: string, branch: string, commit: string): void;
  /** Until {@link catchUp}, or for so many fetches, the repository is shown as it is now, whatever is pushed. */
  lag(repository: string, fetches?: number): void;
  catchUp(repository: string): void;
  /** Answers 503 from now on, or no more. */
  fail(repository: string, fails?: boolean): void;
  fetches(repository: string): number;
  close(): Promise<void>;
}

interface Repository {
  branches: Readonly<Record<string, string>>;
  /** What is shown while it lags. */
  shown: Readonly<Record<string, string>> | undefined;
  lagsFor: number;
  fails: boolean;
  fetches: number;
}

const PATH = /^\/([^/]+)\.git\/info\/refs\?service=git-upload-pack$/;
const FLUSH = '0000';

export async function startGitServer(): Promise<GitServer> {
  const repositories = new Map<string, Repository>();
  const server = createServer(({ url = '' }, response) => {
    const repository = repositories.get(PATH.exec(url)?.[1] ?? '');
    if (repository === undefined) response.writeHead(404).end();
    else if (repository.fails) {
      repository.fetches += 1;
      response.writeHead(503).end();
    } else {
      response.setHeader('content-type', 'application/x-git-upload-pack-advertisement');
      response.end(advertised(shownBy(repository)));
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;

  function repositoryOf(name: string): Repository {
    const repository = repositories.get(name) ?? {
      branches: {},
      shown: undefined,
      lagsFor: 0,
      fails: false,
      fetches: 0,
    };
    repositories.set(name, repository);
    return repository;
  }

  return {
    urlOf: (name) => `http://127.0.0.1:${port}/${name}.git`,
    push(name, branch, commit) {
      const repository = repositoryOf(name);
      repository.branches = { ...repository.branches, [branch]: commit };
    },
    lag(name, fetches = Number.POSITIVE_INFINITY) {
      const repository = repositoryOf(name);
      Object.assign(repository, { shown: repository.branches, lagsFor: fetches });
    },
    catchUp: (name) => void Object.assign(repositoryOf(name), { shown: undefined }),
    fail: (name, fails = true) => void Object.assign(repositoryOf(name), { fails }),
    fetches: (name) => repositoryOf(name).fetches,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function shownBy(repository: Repository): Readonly<Record<string, string>> {
  repository.fetches += 1;
  if (repository.shown === undefined) return repository.branches;
  if (repository.lagsFor === 0) repository.shown = undefined;
  repository.lagsFor -= 1;
  return repository.shown ?? repository.branches;
}

function advertised(branches: Readonly<Record<string, string>>): string {
  const refs = Object.entries(branches).map(([branch, commit], index) =>
    packet(`${commit} refs/heads/${branch}${index === 0 ? '\0agent=stand-in' : ''}\n`),
  );
  return [packet('# service=git-upload-pack\n'), FLUSH, ...refs, FLUSH].join('');
}

/** With its length before it, itself included, in hex. */
function packet(line: string): string {
  return (line.length + 4).toString(16).padStart(4, '0') + line;
}

/** The commit of a branch, asked as a fetch does. @throws Error in the words of source-controller's kind. */
export async function fetchBranch(url: string, branch: string): Promise<string> {
  const response = await fetch(`${url}/info/refs?service=git-upload-pack`);
  const text = await response.text();
  if (!response.ok)
    throw new Error(`failed to checkout and determine revision: unable to list remote: ${response.status}`);
  for (let at = 0; at < text.length; ) {
    const length = Number.parseInt(text.slice(at, at + 4), 16);
    const [ref = ''] = text.slice(at + 4, at + length).split('\0');
    const [commit = '', name] = ref.trim().split(' ');
    if (name === `refs/heads/${branch}`) return commit;
    at += Math.max(length, FLUSH.length);
  }
  throw new Error(`failed to checkout and determine revision: couldn't find remote ref "refs/heads/${branch}"`);
}
