// The conformance tests of the CEL specification, as JSON: the Go program beside cel-go.ts reads them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { GoBuildError } from '../../control-plane/go-build.ts';

const source = join(import.meta.dirname, 'cel-go');

/** A test of the CEL specification; values are below a key with their kind. */
export interface ConformanceTest {
  readonly name: string;
  readonly expr: string;
  readonly container?: string;
  /** `no macros`, `no check`, `check only`, `function`, `unknown`. */
  readonly flags: readonly string[];
  /** Variables, and their types as cel-go writes them. */
  readonly types: Readonly<Record<string, string>>;
  readonly bindings: Readonly<Record<string, unknown>>;
  readonly outcome: 'value' | 'error' | 'unknown';
  readonly value?: unknown;
  /** The type that the checker must find. */
  readonly type?: string;
}

/** The conformance tests of the CEL specification, from its Go module. @throws GoBuildError when that cannot be had. */
export function conformanceTests(file: string): ConformanceTest[] {
  const module = spawnSync('go', ['mod', 'download', '-json', 'cel.dev/expr'], {
    cwd: source,
    env: { ...process.env, GOFLAGS: '', GOWORK: 'off' },
    encoding: 'utf8',
  });
  if (module.status !== 0) throw new GoBuildError(`go mod download ended with ${module.status}:\n${module.stderr}`);
  const { Dir: folder } = JSON.parse(module.stdout) as { readonly Dir: string };
  const data = join(folder, 'tests', 'simple', 'testdata');
  const { status, stdout, stderr } = spawnSync(file, ['conformance', data], { encoding: 'utf8', maxBuffer: 64 << 20 });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ConformanceTest);
}
