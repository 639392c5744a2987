/** The package's one entry: what is exported here is its API. README.md describes it. */
export { compile } from './compile.ts';
export { CelCompileError, CelRuntimeError } from './errors.ts';
export type { Program } from './program.ts';
export { sharedProgram } from './shared-program.ts';
export { type TraceNode, trace } from './trace/trace.ts';
