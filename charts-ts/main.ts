/**
 * The app behind `cdk8s synth`: the defaults, overlaid by the file that `SLUICE_VALUES` names. It writes exactly one
 * file, because `--stdout` puts nothing between several.
 */
import { App, Chart, YamlOutputType } from 'cdk8s';
import { readValues } from './read-values.ts';
import { Sluice } from './sluice.ts';
import type { SluiceProps } from './values.ts';

const file = process.env.SLUICE_VALUES;
try {
  const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP, outputFileExtension: '.yaml' });
  const props = file ? readValues(file) : {};
  // What it is not, the construct finds.
  new Sluice(new Chart(app, 'sluice'), 'sluice', props as SluiceProps);
  app.synth();
} catch (error) {
  // Some values, such as the name of a label, are judged by cdk8s alone.
  const [line] = error instanceof Error ? error.message.split('\n') : [String(error)];
  process.stderr.write(`${file || 'the default values'}: ${line}\n`);
  process.exitCode = 1;
}
