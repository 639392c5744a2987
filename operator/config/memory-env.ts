/**
 * The settings that keep the process small. V8 and glibc's allocator read them when a process starts and never again, so
 * they are a matter of its environment: the manifests and the image have them, and otherwise the process gives them to
 * itself ({@link missingMemoryEnv}). Measured in docs/performance.md.
 */

/** Of the memory limit; the rest is for buffers, code and the engine itself. */
const HEAP_PERCENT = 75;
/** Of the young generation: V8's own choice grows to 32 in a burst and stays there. */
const SEMI_SPACE_MEBIBYTES = 8;
const THRESHOLD_BYTES = 128 * 1024;

export type MemoryEnv = Readonly<Record<string, string>>;

/** One arena, and thresholds that do not grow with what was once asked for: what is freed goes back to the system. */
const mallocEnv: MemoryEnv = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: String(THRESHOLD_BYTES),
  MALLOC_MMAP_THRESHOLD_: String(THRESHOLD_BYTES),
};

/** @param limitMebibytes of the container; absent: Node asks the system for the limit. */
export function memoryEnv(limitMebibytes?: number): MemoryEnv {
  return { NODE_OPTIONS: nodeOptions(limitMebibytes).join(' '), ...mallocEnv };
}

function nodeOptions(limitMebibytes?: number): readonly string[] {
  const heap =
    limitMebibytes === undefined
      ? `--max-old-space-size-percentage=${HEAP_PERCENT}`
      : `--max-old-space-size=${Math.floor((limitMebibytes * HEAP_PERCENT) / 100)}`;
  // With the collector in reach, the operator collects when it comes to rest.
  return [heap, `--max-semi-space-size=${SEMI_SPACE_MEBIBYTES}`, '--expose-gc'];
}

/**
 * What a process lacks of the settings; what its user has set stays.
 * @param execArgv the options on the command line of Node.
 * @returns variables to start it again with; undefined where nothing is missing.
 */
export function missingMemoryEnv(env: NodeJS.ProcessEnv, execArgv: readonly string[]): MemoryEnv | undefined {
  const given = [env.NODE_OPTIONS ?? '', ...execArgv].join(' ').replaceAll('_', '-');
  const options = nodeOptions().filter((option) => !given.includes(stemOf(option)));
  const variables = Object.entries(mallocEnv).filter(([name]) => env[name] === undefined);
  if (options.length === 0 && variables.length === 0) return undefined;
  const NODE_OPTIONS = [env.NODE_OPTIONS, ...options].filter(Boolean).join(' ');
  return { ...Object.fromEntries(variables), NODE_OPTIONS };
}

/** A size and a percentage of the same are one setting. */
function stemOf(option: string): string {
  return option.replace(/(-percentage)?=.*/, '');
}
