/** Says which build of the operator runs: `sluice --version`, the log's first line and the metric `sluice_build_info`. */
import packageJson from '../../package.json' with { type: 'json' };

export interface BuildInfo {
  /** As package.json has it. */
  readonly version: string;
  /** The commit; `unknown` outside of a clone, and where the sources run unbundled. */
  readonly revision: string;
  /** The version of Node.js that runs it, such as `v24.21.0`. */
  readonly node: string;
}

export const buildInfo: BuildInfo = {
  version: packageJson.version,
  // The bundle has the commit in place of the variable.
  revision: process.env.SLUICE_REVISION || 'unknown',
  node: process.version,
};
