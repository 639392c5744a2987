import { describe, expect, it } from 'vitest';
import { conditionsSchema } from '../../../operator/api/condition-schema.ts';
import { crd } from '../../../operator/api/crd.ts';

const widgets = crd({
  kind: 'Widget',
  group: 'example.com',
  plural: 'widgets',
  version: 'v2',
  formerVersions: ['v1'],
  description: 'A Widget.',
  spec: { type: 'object', description: 'What is wanted.' },
  status: {
    type: 'object',
    properties: { conditions: conditionsSchema('Widget', ['Ready', 'Stalled'], ['Succeeded', 'Failed']) },
  },
  columns: [{ name: 'Ready', type: 'string', jsonPath: '.status.ready', description: 'Whether it works' }],
});

describe('crd', () => {
  it('takes every name from the kind', () => {
    expect(widgets.metadata.name).toBe('widgets.example.com');
    expect(widgets.spec.names).toMatchObject({
      kind: 'Widget',
      listKind: 'WidgetList',
      plural: 'widgets',
      singular: 'widget',
    });
    expect(JSON.stringify(widgets).toLowerCase()).not.toContain('receiver');
  });

  it('serves one version with a status of its own and keeps the former ones', () => {
    const versions = widgets.spec.versions.map(({ name, served, storage }) => [name, served, storage]);
    expect(versions).toEqual([
      ['v2', true, true],
      ['v1', false, false],
    ]);
    expect(widgets.spec.versions[0]?.subresources).toEqual({ status: {} });
    expect(widgets.spec.versions[1]?.schema.openAPIV3Schema.description).toBe(
      'v1 is no longer served: write example.com/v2.',
    );
  });

  it('prints the age before the columns of the kind', () => {
    expect(widgets.spec.versions[0]?.additionalPrinterColumns?.map(({ name }) => name)).toEqual(['Age', 'Ready']);
  });

  it("is in Flux's group unless another one is given", () => {
    const { spec, status } = { spec: { type: 'object' }, status: { type: 'object' } } as const;
    const alerts = crd({ kind: 'Alert', plural: 'alerts', version: 'v1', description: '.', spec, status, columns: [] });
    expect(alerts.spec.group).toBe('notification.toolkit.fluxcd.io');
  });
});

describe('conditionsSchema', () => {
  it('names the types and reasons of the kind', () => {
    const { type, reason } = conditionsSchema('Widget', ['A', 'B', 'C'], ['X', 'Y']).items?.properties ?? {};
    expect(type?.description).toBe('A, B or C.');
    expect(reason?.description).toBe('Why, in one word for programs, such as X or Y.');
  });
});
