/**
 * The app behind `cdk8s synth`: the defaults, overlaid by the file that `SLUICE_VALUES` names. It writes exactly one
 * file, because `--stdout` puts nothing between several.
 */
import { App, Chart, YamlOutputType } from 'cdk8s';
import { readValues } from './read-values.ts';
import { Sluice } from './sluice.ts';
import type { SluiceProps } from './values.ts';
import { ValuesError } from './values-error.ts';

const file = process.env.SLUICE_VALUES;
try {
  const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP, outputFileExtension: '.yaml' });
  const props = file ? readValues(file) : {};
  // What it is not, the construct finds.
  new Sluice(new Chart(app, 'sluice'), 'sluice', props as SluiceProps);
  app.synth();
} catch (error) {
  if (!(error instanceof ValuesError)) throw error;
  process.stderr.write(`${file ?? 'values'}: ${error.message}\n`);
  process.exitCode = 1;
}
