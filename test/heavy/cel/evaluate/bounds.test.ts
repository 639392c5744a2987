// What a run may cost: the largest honest push fits, abuse is stopped. Steps are counted, never time.
import { describe, expect, it } from 'vitest';
import { CelRuntimeError, compile } from '../../../../cel/cel.ts';

const variables = { req: 'map(string, dyn)', res: 'map(string, dyn)' };

function outcome(expression: string, req: unknown, maxSteps?: number): unknown {
  const program = compile(expression, { variables, result: 'bool', ...(maxSteps === undefined ? {} : { maxSteps }) });
  try {
    return program.evaluate({ req, res: { metadata: { name: 'web', labels: { cluster: 'prod-1' } } } });
  } catch (error) {
    expect(error).toBeInstanceOf(CelRuntimeError);
    return (error as Error).message;
  }
}

describe('a push of 3 MiB is walked to its end', () => {
  const names = Array.from({ length: 55_000 }, (_, i) => {
    return `teams/team-00/services/svc-${String(i).padStart(5, '0')}/deploy/values.yaml`;
  });
  const commits = Array.from({ length: 2_048 }, (_, i) => ({
    id: 'a'.repeat(40),
    message: `Change ${i}\n\n${'words of a message '.repeat(70)}`,
    added: [],
    modified: [`teams/team-00/services/svc-${i}/deploy/values.yaml`],
    removed: [],
  }));
  const oneCommit = { commits: [{ id: 'a'.repeat(40), added: [], modified: names, removed: [] }] };
  const all = '(c.added + c.modified + c.removed)';
  it.each([
    "req.commits.exists(c, c.modified.exists(f, f.matches('^clusters/(prod|staging)/[a-z0-9-]+/.*[.]ya?ml$')))",
    `req.commits.exists(c, ${all}.exists(f, f.matches('^(apps|infra)/prod/') || f.matches('prod') ||
       f.matches('(?i)staging.*[.]ya?ml$') || f.matches('^[^/]+/team-0[1-9]/') || f.matches('(^|/)kustomization[.]ya?ml$')))`,
    `req.commits.exists(c, ${all}.exists(f, f.startsWith('apps/') || f.startsWith('infra/') || f.endsWith('.md') ||
       f.contains('/prod/') || f == 'x' || f.lowerAscii().contains('staging') || f.split('/')[1] == 'team-01'))`,
    "req.commits.exists(c, c.modified.exists(f, f.matches('^clusters/' + res.metadata.labels.cluster + '/')))",
    "req.commits.map(c, c.modified.filter(f, f.matches('[.]json$')).map(f, f.split('/')[1])).exists(l, 'team-01' in l)",
    "req.commits.all(c, c.modified.all(f, f.matches('^(?:clusters|apps)/'))) || req.commits.exists_one(c, size(c.removed) > 0)",
  ])('many names: %s', (expression) => {
    expect(outcome(expression, oneCommit)).toBe(false);
  });

  it.each([
    "req.commits.exists(c, c.message.matches('(?im)^release(-as)?: *v[0-9]+') || c.message.contains('[deploy]'))",
    "req.commits.exists(c, c.message.lowerAscii().matches('closes #[0-9]+') || c.modified.exists(f, f.startsWith('apps/')))",
  ])('many commits: %s', (expression) => {
    expect(outcome(expression, { commits })).toBe(false);
  });

  it.each(["req.log.matches('(?i)error: [a-z]+')", "req.log.contains('[deploy]') || size(req.log) < 1000"])(
    'one long text: %s',
    (expression) => {
      expect(outcome(expression, { log: 'all is well; '.repeat(240_000) })).toBe(false);
    },
  );
});

const list = Array.from({ length: 1_000 }, (_, i) => i);
const text = 'a'.repeat(1_000_000);
const STEPS = 'the expression exceeds the bound on a run: it takes too many steps';
const MADE = 'the expression exceeds the bound on a run: it makes more than 64 MiB of strings, lists and maps';
const abusive = {
  a: list,
  s: text,
  evil: `(${'a'.repeat(240)}){1000}`,
  patterns: list.map((i) => `(a|b)*a(a|b){15}${i}`),
  keys: Object.fromEntries(list.map((i) => [`k${i}`, i])),
};

describe('abuse is stopped by the bound that filters have', () => {
  const doubled = Array.from({ length: 40 }, () => '.optMap(x, x + x)').join('');
  it.each([
    ['req.a.all(x, req.a.all(y, req.a.all(z, true)))', STEPS],
    ['req.a.all(x, req.a.all(y, req.a.all(z, true))) || true', STEPS],
    [`optional.of("aaaaaaaa")${doubled}.hasValue()`, MADE],
    [`optional.of([1])${doubled}.hasValue()`, MADE],
    ['req.a.map(x, req.a.map(y, {"x": x})).size() > 0', MADE],
    ['req.s.replace("", req.s) == ""', MADE],
    ['req.a.all(x, !req.s.matches("(b+)+$"))', STEPS],
  ])('%s', (expression, message) => {
    expect(outcome(expression, abusive)).toBe(message);
  });
});

describe('every kind of work is counted', () => {
  it.each([
    'req.a.all(x, req.a.exists(y, req.missing == 1))',
    'req.a.map(x, req.a.map(y, [x, y])).size() > 0',
    'true && req.a.all(x, req.a.all(y, req.a.all(z, true)))',
    'req.a.exists(x, req.a.all(y, req.a.all(z, true)))',
    'req.a.all(x, req.a == req.a + [])',
    'req.a.all(x, req.keys == req.keys)',
    'req.a.all(x, req.a.all(y, size(req.keys) > 0))',
    `(${'req.s + '.repeat(65)} req.s).size() > 0`,
    'req.s.replace("a", req.s) == ""',
    'req.s.split("").join(req.s) == ""',
    'req.a.map(x, req.s).join(",") == ""',
    'req.a.map(x, "%s%s".format([req.s, req.s])).size() > 0',
    'req.a.all(x, req.a.all(y, "%.900e".format([x]) != ""))',
    'req.a.all(x, req.a.all(y, string(x) != ""))',
    'req.a.map(x, req.s.upperAscii()).size() > 0',
    'req.a.all(x, req.s.reverse() == req.s)',
    'req.a.all(x, size(req.s) > 0)',
    'req.a.all(x, !req.s.contains("b"))',
    `req.s.contains("${'a'.repeat(100)}b${'a'.repeat(3000)}")`,
    'req.a.all(x, req.a.all(y, timestamp(0).getHours("Europe/Berlin") > 0))',
    'req.s.matches(req.evil)',
    'req.patterns.all(x, !"b".matches(x))',
  ])('%s', (expression) => {
    expect(outcome(expression, abusive, 1_000_000)).toMatch(/exceeds the bound on a run/);
  });
});
