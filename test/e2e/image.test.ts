// What `npm run image` makes, run as a container is: the root filesystem read-only, as uid 65532, without capabilities.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { buildPage, pageFiles } from '../../scripts/build-page.ts';
import { type MadeImage, makeImage, missingForImage } from '../../scripts/image/make-image.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { type ImageContainer, missingForContainer, unpackImage } from '../support/image-container.ts';
import { createWorld, signed, TOKEN, type World } from '../support/world.ts';

const missing = missingForImage();
const unable = missing ?? missingForContainer();

let folder: string;
let made: MadeImage;
let container: ImageContainer;
let world: World;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-image-'));
  if (missing !== undefined) return;
  made = await makeImage(join(folder, 'layout'));
  if (unable !== undefined) return;
  container = unpackImage(join(folder, 'layout'), packageJson.version, join(folder, 'unpacked'));
  world = await createWorld(await reusedControlPlane(), { command: container.entrypoint });
  await world.secret('token', { token: TOKEN });
  await world.target('GitRepository', 'app');
});
afterAll(async () => {
  await world?.end();
  await rm(folder, { recursive: true, force: true });
});

/** The fields of a process' status as the image's user sees it, whose values are words or numbers. */
function processStatus(pid: number): Record<string, string> {
  const lines = container.node('-e', `console.log(fs.readFileSync('/proc/${pid}/status', 'utf8'))`).split('\n');
  return Object.fromEntries(lines.map((line) => line.split(/:\s*/)).map(([key, value]) => [key, value?.trim() ?? '']));
}

describe('the image', () => {
  it('serves and takes a webhook', async ({ skip }) => {
    if (unable !== undefined) skip(unable);
    expect((await fetch(world.operator.healthUrl('/readyz'))).status).toBe(200);
    const resources = [{ kind: 'GitRepository', name: 'app' }];
    await world.receiver('r', { type: 'github', events: ['push'], secretRef: { name: 'token' }, resources });
    expect((await world.post(await world.ready('r'), signed({}))).status).toBe(200);
    expect(await world.requestedAt('GitRepository', 'app')).not.toBe('');
  });

  it('serves the page', async ({ skip }) => {
    if (unable !== undefined) skip(unable);
    for (const name of pageFiles) {
      const served = await (await fetch(`${world.operator.pageUrl}/${name}`)).bytes();
      expect(Buffer.from(served)).toEqual(await readFile(join(await buildPage(), name)));
    }
  });

  it('runs as its user, without any capability', ({ skip }) => {
    if (unable !== undefined) skip(unable);
    const none = '0'.repeat(16);
    const { Groups = '', ...status } = processStatus(world.operator.pid);
    expect(Groups.split(' ')).not.toContain('0');
    expect(status).toMatchObject({
      Uid: Array(4).fill('65532').join('\t'),
      Gid: Array(4).fill('65532').join('\t'),
      ...{ CapInh: none, CapPrm: none, CapEff: none, CapBnd: none, CapAmb: none },
      NoNewPrivs: '1',
    });
  });

  it('has the command sluice on its PATH, for exec', ({ skip }) => {
    if (unable !== undefined) skip(unable);
    const script = "console.log(require('node:child_process').execFileSync('sluice', ['help'], { encoding: 'utf8' }))";
    expect(container.node('-e', script)).toContain('sluice deliveries [NAMESPACE/NAME]');
  });

  it('can write no file', ({ skip }) => {
    if (unable !== undefined) skip(unable);
    // Anybody may write to the first, were the filesystem not read-only.
    const script = `for (const path of ['/tmp/x', '/sluice/x', '/x']) {
      try { fs.writeFileSync(path, ''); console.log(path); } catch ({ code }) { console.log(code); }
    }`;
    expect(container.node('-e', script).trim().split('\n')).toEqual(['EROFS', 'EROFS', 'EROFS']);
  });

  it('has the same digest whoever makes it, and when', async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    const { TZ } = process.env;
    const mask = process.umask(0o077);
    process.env.TZ = 'Pacific/Auckland';
    try {
      expect(await makeImage(join(folder, 'again'))).toEqual(made);
    } finally {
      process.umask(mask);
      if (TZ === undefined) delete process.env.TZ;
      else process.env.TZ = TZ;
    }
  });
});
