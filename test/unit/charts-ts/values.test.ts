// What an installation may write into its file of values, and the message when it is wrong.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readValues } from '../../../charts-ts/read-values.ts';
import { resolveValues } from '../../../charts-ts/resolve-values.ts';
import { valuesSchema } from '../../../charts-ts/values-schema.ts';
import packageJson from '../../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '..', '..', '..');
const examples = join(ROOT, 'examples', 'values');
const text = readFileSync(join(ROOT, 'charts-ts', 'values.yaml'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'sluice-values-'));

afterAll(() => rmSync(folder, { recursive: true }));

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** The paths of all values of a schema. */
function pathsOf(schema: Schema, path = ''): string[] {
  if (schema.properties === undefined) return [path];
  return Object.entries(schema.properties).flatMap(([key, value]) =>
    pathsOf(value, path === '' ? key : `${path}.${key}`),
  );
}

const at = (values: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], values);

/** The message of the error that resolving throws. */
function faultOf(values: unknown): string {
  try {
    resolveValues(values);
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('values.yaml', () => {
  it('has a default for every value that the schema knows', () => {
    const defaults = parse(text);
    expect(pathsOf(valuesSchema).filter((path) => at(defaults, path) === undefined)).toEqual([]);
    expect(resolveValues({})).toEqual(defaults);
    // Each default fits the kind that it is declared with.
    expect(resolveValues(defaults)).toEqual(defaults);
  });

  it('names the image of this version', () => {
    expect(resolveValues({}).image).toBe(`sluice:${packageJson.version}`);
  });

  it('explains each in the line above it', () => {
    const lines = text.split('\n');
    const bare = lines.filter((line, index) => /^ *[A-Za-z]+:/.test(line) && !/^ *#/.test(lines[index - 1] ?? ''));
    expect(bare).toEqual([]);
  });
});

describe('a file of values', () => {
  it('is laid over the defaults: maps are merged, lists replaced', () => {
    const values = resolveValues({
      service: { type: 'NodePort' },
      podLabels: { app: 'notification-controller' },
      networkPolicy: { ingress: { metricsFromNamespaces: ['observability'] } },
    });
    expect(values).toMatchObject({
      service: { type: 'NodePort', externalTrafficPolicy: 'Cluster' },
      podLabels: { app: 'notification-controller' },
      networkPolicy: { ingress: { enabled: true, metricsFromNamespaces: ['observability'] } },
    });
  });

  it.each([
    [{ replica: 3 }, 'replica is unknown; did you mean replicas?'],
    [{ service: { tipe: 'NodePort' } }, 'service.tipe is unknown; did you mean service.type?'],
    [
      { networkPolicy: { egress: { apiserverport: 443 } } },
      'networkPolicy.egress.apiserverport is unknown; did you mean networkPolicy.egress.apiServerPort?',
    ],
    [{ webhook: { 'x-y': 1 } }, 'webhook."x-y" is unknown; there are allowFrom'],
    [
      { service: { type: 'Nodeport' } },
      'service.type: expected one of ClusterIP, NodePort, LoadBalancer (did you mean NodePort?), not "Nodeport"',
    ],
    [{ logLevel: 'loud-and-clear' }, 'logLevel: expected one of trace, debug, info, error, not "loud-and-clear"'],
    [{ replicas: '3' }, 'replicas: expected a whole number, not "3"'],
    [{ replicas: 1.5 }, 'replicas: expected a whole number, not 1.5'],
    [{ replicas: -1 }, 'replicas: expected at least 0, not -1'],
    [{ createNamespace: 'yes' }, 'createNamespace: expected true or false, not "yes"'],
    [{ service: null }, 'service: expected a map, not nothing'],
    [{ extraArgs: '--a' }, 'extraArgs: expected a list, not "--a"'],
    [{ extraArgs: ['--a', 1] }, 'extraArgs[1]: expected a text, not 1'],
    [{ podLabels: { 'a/b': true } }, 'podLabels."a/b": expected a text, not true'],
    [{ namespace: '' }, 'namespace: expected a text that is not empty, not ""'],
    [{ image: undefined }, 'none'],
    [
      { webhook: { allowFrom: ['192.30.252.0'] } },
      'webhook.allowFrom[0]: expected a CIDR such as 192.0.2.0/24 or 2001:db8::/32, not "192.30.252.0"',
    ],
    [
      { networkPolicy: { egress: { apiServerPort: 70000 } } },
      'networkPolicy.egress.apiServerPort: expected at most 65535, not 70000',
    ],
    [{ httpRoute: { parentRefs: [{ namespace: 'a' }] } }, 'httpRoute.parentRefs[0].name is missing'],
    [
      { targets: { extra: [{ group: 'a.b', plural: '*' }] } },
      'targets.extra[0].plural: expected a text like ^[^*/]+$, not "*"',
    ],
    [[], 'the values: expected a map, not []'],
    ['text', 'the values: expected a map, not "text"'],
  ])('%j: %s', (values, fault) => {
    expect(faultOf(values)).toBe(fault);
  });

  it.each([
    [{ service: { externalTrafficPolicy: 'Local' } }, 'service.externalTrafficPolicy Local needs'],
    [{ service: { loadBalancerClass: 'a/b' } }, 'service.loadBalancerClass needs'],
    [{ webhook: { allowFrom: ['10.0.0.0/8'] } }, 'webhook.allowFrom has no effect here'],
    [
      {
        webhook: { allowFrom: ['10.0.0.0/8'] },
        service: { type: 'NodePort', externalTrafficPolicy: 'Local' },
        networkPolicy: { ingress: { enabled: false } },
      },
      'webhook.allowFrom has no effect here',
    ],
    [{ podLabels: { 'app.kubernetes.io/name': 'other' } }, 'podLabels."app.kubernetes.io/name" selects the pods'],
    [{ tls: { only: true } }, 'tls.only needs tls.secretName'],
    [{ tls: { secretName: 'a', certificate: { issuerName: 'b' } } }, 'tls.certificate needs'],
    [
      { tls: { secretName: 'a', only: true }, ingress: { enabled: true, host: 'a.b' } },
      'ingress.enabled leads to plain HTTP',
    ],
    [{ ingress: { enabled: true } }, 'ingress.host is missing'],
    [{ httpRoute: { enabled: true } }, 'httpRoute.parentRefs is empty'],
    [{ targets: { extra: [{ group: '', plural: 'secrets' }] } }, 'targets.extra[0]: the operator never gets'],
    [{ resources: { memoryRequestMebibytes: 1024 } }, 'resources.memoryRequestMebibytes is more than'],
    [{ exposure: { tenants: { kinds: ['Ingress'] } } }, 'exposure.tenants.kinds Ingress needs exposure.tenants.hosts'],
    [{ exposure: { externalUrl: 'hooks' } }, 'exposure.externalUrl "hooks": expected a URL such as https://'],
  ])('%j does not go together: %s', (values, beginning) => {
    const fault = faultOf(values);
    expect(fault.slice(0, beginning.length)).toBe(beginning);
    expect(fault).not.toContain('\n');
  });

  it.each([
    [['--no-cros-namespace-refs'], 'unknown flag --no-cros-namespace-refs; did you mean --no-cross-namespace-refs?'],
    [['--zzzzzzzz'], 'unknown flag --zzzzzzzz; docs/reference/flags.md lists them all'],
    [['--concurrent=many'], '--concurrent "many": expected a whole number'],
    [['--concurrent'], '--concurrent needs a value: integer'],
    [['--metrics-per-object', 'true'], 'unexpected argument "true"; write --metrics-per-object=true'],
    [['--health-addr=:9292'], '--receiverAddr :9292 and --health-addr :9292 cannot listen on the same port'],
    [['--version'], '--version only prints a text, and the pods would end at once'],
  ])('has flags in extraArgs that the operator knows, and not %j: %s', (extraArgs, fault) => {
    expect(faultOf({ extraArgs })).toBe(`extraArgs: ${fault}`);
  });

  it.each(readdirSync(examples))('may be examples/values/%s', (name) => {
    expect(faultOf(readValues(join(examples, name)))).toBe('none');
  });

  it('is YAML, and a fault in it is one line with its place', () => {
    const file = join(folder, 'values.yaml');
    const read = (content: string) => {
      writeFileSync(file, content);
      return readValues(file);
    };
    expect(read('replicas: 3 # more\n')).toEqual({ replicas: 3 });
    expect(read('# nothing\n')).toEqual({});
    expect(() => read('replicas: 3\nreplicas: 4\n')).toThrow(/^Map keys must be unique at line 2, column 1$/);
    expect(() => read('a: [1\n')).toThrow(/^[^\n]* at line 2, column 1$/);
    expect(() => readValues(join(folder, 'none.yaml'))).toThrow(/^there is no such file$/);
    expect(() => readValues(folder)).toThrow(/^cannot be read \(EISDIR\)$/);
  });
});
