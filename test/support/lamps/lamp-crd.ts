/** The CustomResourceDefinition of a kind that only the test of new features has. */
import { type CustomResourceDefinition, crd } from '../../../operator/api/crd.ts';

export function lampCrd(): CustomResourceDefinition {
  return crd({
    kind: 'Lamp',
    group: 'example.com',
    plural: 'lamps',
    version: 'v1',
    description: 'A Lamp is lit by the operator.',
    spec: {
      type: 'object',
      description: 'What is requested.',
      properties: { on: { type: 'boolean', description: 'Whether it is to be lit.' } },
    },
    status: {
      type: 'object',
      description: 'What was observed.',
      properties: { lit: { type: 'boolean', description: 'Whether it is lit.' } },
    },
    columns: [{ name: 'Lit', type: 'string', jsonPath: '.status.lit', description: 'Whether it is lit' }],
  });
}
