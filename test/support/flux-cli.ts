/** The flux CLI as its users have it: one that is there, or built from the released Go module, once per version. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, type GoBuild, GoBuildError, goBuild, isBuilt } from '../../control-plane/go-build.ts';
import type { Progress } from '../../control-plane/progress.ts';

const MODULE = 'github.com/fluxcd/flux2/v2';
const MAIN_PACKAGE = `${MODULE}/cmd/flux`;
const source = join(import.meta.dirname, 'flux-cli');
const goFiles = ['go.mod', 'go.sum'] as const;

/** The path of the program: `$FLUX_CLI`, else our own build. @throws GoBuildError when it cannot be built. */
export async function findFluxCli(progress: Progress, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  if (env.FLUX_CLI) return env.FLUX_CLI;
  const folder = mkdtempSync(join(tmpdir(), 'sluice-flux-cli-'));
  try {
    const build = plan(folder);
    if (!isBuilt(build)) {
      vendor(folder);
      await goBuild(build, progress, env);
    }
    return build.file;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function plan(folder: string): GoBuild {
  const version = new RegExp(`^\\s*${MODULE} v([\\d.]+)`, 'm').exec(readFileSync(join(source, 'go.mod'), 'utf8'))?.[1];
  if (version === undefined) throw new GoBuildError(`${source}/go.mod requires no released ${MODULE}`);
  const args = ['build', '-v', '-mod=vendor', '-trimpath', '-buildvcs=false'];
  args.push('-ldflags', `-s -w -X main.VERSION=${version}`);
  const hash = createHash('sha256').update(JSON.stringify(args));
  for (const file of goFiles) hash.update(readFileSync(join(source, file)));
  const key = `v${version}-${hash.digest('hex').slice(0, 16)}-${process.platform}-${process.arch}`;
  return {
    title: `the flux CLI (v${version}, once per version)`,
    source: folder,
    mainPackage: MAIN_PACKAGE,
    args,
    file: join(cacheFolder(), '..', 'flux-cli', key, 'flux'),
  };
}

/** A released module lacks the manifests that its release embeds for `flux install`; an empty one takes their place. */
function vendor(folder: string): void {
  for (const file of goFiles) copyFileSync(join(source, file), join(folder, file));
  const env = { ...process.env, GOFLAGS: '', GOWORK: 'off' };
  const { error, status, stderr } = spawnSync('go', ['mod', 'vendor', '-e'], { cwd: folder, env, encoding: 'utf8' });
  if (status !== 0) throw new GoBuildError(error?.message ?? `go mod vendor ended with ${status}:\n${stderr}`);
  const manifests = join(folder, 'vendor', MAIN_PACKAGE, 'manifests');
  mkdirSync(manifests, { recursive: true });
  writeFileSync(join(manifests, 'none.yaml'), '');
}
