/** The app behind `cdk8s synth`. It writes exactly one file, because `--stdout` puts nothing between several. */
import { App, Chart, YamlOutputType } from 'cdk8s';
import { Sluice } from './sluice.ts';

const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP, outputFileExtension: '.yaml' });
new Sluice(new Chart(app, 'sluice'), 'sluice');
app.synth();
