import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../../../operator/api/json-schema.ts';
import { receiverCrd } from '../../../../operator/api/receiver/receiver-crd.ts';
import type { ReceiverTypeRule } from '../../../../operator/api/receiver/receiver-rules.ts';
import { receiverTypeRules } from '../../../support/receiver-type-rules.ts';

/** Every schema below and with `schema`, by its path. */
function* schemasIn(schema: JsonSchema, path: string): Generator<[path: string, schema: JsonSchema]> {
  yield [path, schema];
  for (const [name, field] of Object.entries(schema.properties ?? {})) yield* schemasIn(field, `${path}.${name}`);
  if (schema.items !== undefined) yield* schemasIn(schema.items, `${path}[]`);
  if (schema.additionalProperties !== undefined) yield* schemasIn(schema.additionalProperties, `${path}{}`);
}

const crd = receiverCrd(receiverTypeRules);
const [current, ...former] = crd.spec.versions;
const schema = current?.schema.openAPIV3Schema ?? { type: 'object' };
const all = new Map(schemasIn(schema, 'receiver'));

/** Fields that Flux has not. */
const OURS = /^receiver\.(status|spec\.(exposure|deliveries|follow))/;

describe('receiverCrd', () => {
  it('serves and stores v1, and lists the former versions unserved with every field kept', () => {
    expect(current).toMatchObject({ name: 'v1', served: true, storage: true });
    expect(former.map(({ name, served, storage }) => ({ name, served, storage }))).toEqual([
      { name: 'v1beta1', served: false, storage: false },
      { name: 'v1beta2', served: false, storage: false },
    ]);
    for (const version of former) {
      expect(version.schema.openAPIV3Schema['x-kubernetes-preserve-unknown-fields']).toBe(true);
    }
  });

  it('has a text on every field but metadata, which Kubernetes describes', () => {
    const silent = [...all].filter(([, field]) => !field.description).map(([path]) => path);
    expect(silent).toEqual(['receiver.metadata']);
  });

  it('has no limit that Flux lacks', () => {
    const limits = [...all].flatMap(([path, field]) =>
      (['minLength', 'maxLength', 'minItems', 'minimum', 'pattern', 'enum', 'format'] as const)
        .filter((limit) => field[limit] !== undefined)
        .map((limit) => `${path} ${limit}`),
    );
    expect(limits.filter((limit) => !OURS.test(limit)).sort()).toEqual([
      'receiver.spec.interval pattern',
      'receiver.spec.oidcProviders[].issuerURL pattern',
      'receiver.spec.oidcProviders[].validations minItems',
      'receiver.spec.resources[].name maxLength',
      'receiver.spec.resources[].name minLength',
      'receiver.spec.resources[].namespace maxLength',
      'receiver.spec.type enum',
    ]);
  });

  it('has the defaults of Flux, and more only inside of what Flux has not', () => {
    const defaults = [...all].filter(([, field]) => field.default !== undefined);
    expect(defaults.map(([path, field]) => [path, field.default])).toEqual([
      ['receiver.spec.interval', '10m'],
      ['receiver.spec.deliveries.keepBodies', 0],
      ['receiver.spec.deliveries.unlistedEvents', 'Reject'],
      ['receiver.spec.follow.fresh', true],
      ['receiver.spec.follow.within', '5m'],
      ['receiver.status', { observedGeneration: -1 }],
    ]);
  });

  it('takes the types and their rules from the registry', () => {
    const types: ReceiverTypeRule[] = [
      { name: 'open', validatedBy: 'nothing', secret: 'refused', oidcProviders: 'refused' },
      { name: 'token', validatedBy: 'a token', secret: 'required', oidcProviders: 'refused' },
    ];
    const spec = receiverCrd(types).spec.versions[0]?.schema.openAPIV3Schema.properties?.spec;
    expect(spec?.properties?.type?.enum).toEqual(['open', 'token']);
    expect(spec?.properties?.type?.description).toContain('- token: a token');
    const rules = spec?.['x-kubernetes-validations']?.filter(
      ({ fieldPath }) => !OURS.test(`receiver.spec${fieldPath}`),
    );
    expect(rules?.map(({ rule, fieldPath }) => [fieldPath, rule])).toEqual([
      ['.secretRef', "!(self.type in ['token']) || has(self.secretRef)"],
      ['.secretRef', "!(self.type in ['open']) || !has(self.secretRef)"],
      ['.oidcProviders', '!has(self.oidcProviders) || size(self.oidcProviders) == 0'],
    ]);
  });
});
