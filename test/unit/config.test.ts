/** From a command line to the configuration: every flag, every kind of value, and what is said of a wrong one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flagList } from '../../operator/config/flags.ts';
import { nearestName } from '../../operator/config/nearest-name.ts';
import { ownNamespace } from '../../operator/config/own-namespace.ts';
import { parseAddress } from '../../operator/config/parse-address.ts';
import { parseBytes } from '../../operator/config/parse-bytes.ts';
import { type Config, flagTable, parseConfig } from '../../operator/config.ts';

function run(...argv: string[]): { config: Config; notices: readonly string[] } {
  const parsed = parseConfig(argv, {});
  if (parsed.kind !== 'run') throw new Error(parsed.kind === 'error' ? parsed.message : parsed.kind);
  return parsed;
}

function messageFor(argv: readonly string[]): string {
  const parsed = parseConfig(argv, {});
  return parsed.kind === 'error' ? parsed.message : `no error, but ${parsed.kind}`;
}

describe('without flags', () => {
  it("has Flux's defaults", () => {
    const { config, notices } = run();
    expect(notices).toEqual([]);
    expect(config).toMatchObject({
      receiverAddr: { port: 9292, text: ':9292', flag: '--receiverAddr' },
      eventsAddr: { port: 9090 },
      metricsAddr: { port: 8080 },
      healthAddr: { port: 9440 },
      concurrent: 4,
      watchAllNamespaces: true,
      noCrossNamespaceRefs: false,
      enableLeaderElection: false,
      leaderElectionReleaseOnCancel: true,
      leaderElectionLeaseDurationMs: 35_000,
      leaderElectionRenewDeadlineMs: 30_000,
      leaderElectionRetryPeriodMs: 5_000,
      minRetryDelayMs: 750,
      maxRetryDelayMs: 900_000,
      kubeApiQps: 50,
      kubeApiBurst: 300,
      rateLimitIntervalMs: 300_000,
      exportHttpPathMetrics: false,
      logLevel: 'info',
      logEncoding: 'json',
      shutdownDelayMs: 5_000,
      metricsPerObject: false,
      maxPendingNotifications: 10_000,
      runtimeNamespace: 'flux-system',
      limits: { maxBodyBytes: 3 * 1024 * 1024, maxHeaderBytes: 256 * 1024, maxBufferedBytes: 64 * 1024 * 1024 },
    });
    expect(config.watchConfigsLabelSelector).toBeUndefined();
  });

  it('cannot be changed', () => {
    const { config } = run();
    expect(Object.isFrozen(config) && Object.isFrozen(config.limits) && Object.isFrozen(config.healthAddr)).toBe(true);
  });
});

describe('the flags of the group Limits', () => {
  it('are the limits of the receiver server', () => {
    const words = [
      '--max-connections=7',
      '--max-connections-per-address=6',
      '--max-requests-per-connection=5',
      '--header-timeout=4s',
      '--request-timeout=8s',
      '--refused-rate-limit=0.5',
      '--refused-rate-burst=3',
      '--max-bodies-in-flight=16Mi',
    ];
    expect(run(...words).config.limits).toMatchObject({
      maxConnections: 7,
      maxConnectionsPerAddress: 6,
      maxRequestsPerConnection: 5,
      headersTimeoutMs: 4_000,
      requestTimeoutMs: 8_000,
      refusedPerSecond: 0.5,
      refusedBurst: 3,
      maxBufferedBytes: 16 * 1024 * 1024,
    });
  });

  it('say who is believed: nobody by default', () => {
    expect(run().config.trustedProxies.has('10.0.0.1')).toBe(false);
    const { trustedProxies, proxyProtocol } = run('--trusted-proxies=10.0.0.0/8,fd00::1', '--proxy-protocol').config;
    const addresses = ['10.1.2.3', 'fd00::1', 'fd00::2', '192.0.2.1'];
    expect(addresses.map((address) => trustedProxies.has(address))).toEqual([true, true, false, false]);
    expect(proxyProtocol).toBe(true);
  });
});

describe('a flag', () => {
  const rows: readonly [words: readonly string[], field: keyof Config, value: unknown][] = [
    [['--receiverAddr', '127.0.0.1:80'], 'receiverAddr', { host: '127.0.0.1', port: 80 }],
    [['--receiverAddr=', '--tls-cert-file=c', '--tls-key-file=k'], 'receiverAddr', undefined],
    [['--receiver-tls-addr=:1'], 'tls', undefined],
    [
      ['--tls-cert-file=c', '--tls-key-file=k'],
      'tls',
      { address: { port: 9443 }, files: { certFile: 'c', keyFile: 'k' } },
    ],
    [['--events-addr=127.0.0.1:9099'], 'eventsAddr', { host: '127.0.0.1', port: 9099 }],
    [['--events-addr='], 'eventsAddr', undefined],
    [['--rate-limit-interval=1m'], 'rateLimitIntervalMs', 60_000],
    [['--alert-retry-for=0'], 'alertRetryForMs', 0],
    [['--max-pending-events=5'], 'maxPendingEvents', 5],
    [['--feature-gates=CacheSecretsAndConfigMaps=true'], 'featureGates', { objectLevelWorkloadIdentity: false }],
    [['--feature-gates=ObjectLevelWorkloadIdentity=true'], 'featureGates', { objectLevelWorkloadIdentity: true }],
    [['--health-addr=[::1]:80'], 'healthAddr', { host: '::1', port: 80 }],
    [['--metrics-addr=localhost:0'], 'metricsAddr', { host: 'localhost', port: 0 }],
    [['--metrics-addr=0'], 'metricsAddr', undefined],
    [['--concurrent', '10'], 'concurrent', 10],
    [['--concurrent=10', '--concurrent=11'], 'concurrent', 11],
    [['--watch-all-namespaces'], 'watchAllNamespaces', true],
    [['--watch-all-namespaces=false'], 'watchAllNamespaces', false],
    [['--watch-all-namespaces=F'], 'watchAllNamespaces', false],
    [['--watch-all-namespaces=1'], 'watchAllNamespaces', true],
    [['--no-cross-namespace-refs', '--log-level=debug'], 'noCrossNamespaceRefs', true],
    [['--watch-configs-label-selector=a/b=Enabled,c!=d'], 'watchConfigsLabelSelector', 'a/b=Enabled,c!=d'],
    [['--watch-configs-label-selector='], 'watchConfigsLabelSelector', undefined],
    [['--kube-api-qps=0.5'], 'kubeApiQps', 0.5],
    [['--max-retry-delay=1h2m3.5s'], 'maxRetryDelayMs', 3_723_500],
    [['--shutdown-delay', '0'], 'shutdownDelayMs', 0],
    [['--log-level', 'trace'], 'logLevel', 'trace'],
    [['--log-encoding=console'], 'logEncoding', 'console'],
    [['--metrics-per-object'], 'metricsPerObject', true],
    [['--max-bodies-in-flight=8Mi'], 'limits', { maxBufferedBytes: 8 * 1024 * 1024 }],
    [['--external-url=https://Hooks.example.com:443/in/'], 'externalUrl', 'https://hooks.example.com/in'],
    [['--external-url='], 'externalUrl', undefined],
    [['--tenant-exposure=Service'], 'tenantExposure', ['Service']],
    [
      ['--tenant-exposure-hosts=*.a.example.com, b.example.com'],
      'tenantExposureHosts',
      ['*.a.example.com', 'b.example.com'],
    ],
    [
      ['--tenant-ingress-annotations=a.io/nets=10.0.0.0/8,1.2.3.4/32,b=x=y,c='],
      'tenantIngressAnnotations',
      { 'a.io/nets': '10.0.0.0/8,1.2.3.4/32', b: 'x=y', c: '' },
    ],
    [
      ['--tenant-gateway=gateways/public/https'],
      'tenantGateway',
      { namespace: 'gateways', name: 'public', sectionName: 'https' },
    ],
    [['--max-connections=7'], 'limits', { maxConnections: 7 }],
  ];

  it.each(rows)('%j', (words, field, value) => {
    const { config } = run(...words);
    if (typeof value === 'object') expect(config[field]).toMatchObject(value as object);
    else expect(config[field]).toBe(value);
  });

  it.each([['--export-http-path-metrics']])('%s is accepted with one line that says what it does not', (word) => {
    const { notices } = run(word);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(new RegExp(`^${word}: [^\\n]+$`));
  });
});

describe('a command line that cannot be followed', () => {
  const rows: readonly [words: readonly string[], message: string][] = [
    [['--concurent', '4'], 'unknown flag --concurent; did you mean --concurrent?'],
    [['--receiver-addr=:1'], 'unknown flag --receiver-addr; did you mean --receiverAddr?'],
    [['-concurrent=4'], 'unknown flag -concurrent; did you mean --concurrent?'],
    [['--hlep'], 'unknown flag --hlep; did you mean --help?'],
    [['--kubeconfig=/x'], 'unknown flag --kubeconfig; --help lists them all'],
    [['serve'], 'unexpected argument "serve"; there are only flags, and --help lists them'],
    [['--'], 'unexpected argument "--"; there are only flags, and --help lists them'],
    [['--enable-leader-election', 'false'], 'unexpected argument "false"; write --enable-leader-election=false'],
    [['--concurrent'], '--concurrent needs a value: integer'],
    [['--concurrent='], '--concurrent "": expected a whole number'],
    [['--concurrent=1.5'], '--concurrent "1.5": expected a whole number'],
    [['--concurrent=0'], '--concurrent "0": expected a whole number, 1 at least'],
    [['--concurrent=10001'], '--concurrent "10001": expected a whole number, 10000 at most'],
    [['--kube-api-qps=fast'], '--kube-api-qps "fast": expected a number'],
    [['--max-retry-delay=15'], '--max-retry-delay "15": expected a duration such as 750ms or 1h2m'],
    [['--shutdown-delay=-1s'], '--shutdown-delay "-1s": expected a duration such as 750ms or 1h2m, 0s at least'],
    [['--watch-all-namespaces=no'], '--watch-all-namespaces "no": expected true or false'],
    [['--watch-all-namespaces=constructor'], '--watch-all-namespaces "constructor": expected true or false'],
    [['--log-level=loud'], '--log-level "loud": expected one of trace, debug, info, error'],
    [['--receiverAddr=9292'], '--receiverAddr "9292": expected an address such as :9292, host:port or [::1]:80'],
    [['--receiverAddr='], '--receiverAddr "" serves no webhooks without --tls-cert-file and --tls-key-file'],
    [['--tls-cert-file=c'], '--tls-cert-file needs --tls-key-file too'],
    [['--tls-key-file=k'], '--tls-key-file needs --tls-cert-file too'],
    [
      ['--tls-cert-file=c', '--tls-key-file=k', '--receiver-tls-addr=:9292'],
      '--receiverAddr :9292 and --receiver-tls-addr :9292 cannot listen on the same port',
    ],
    [['--header-timeout=500ms'], '--header-timeout "500ms": expected a duration such as 750ms or 1h2m, 1s at least'],
    [['--header-timeout=1m'], '--header-timeout 1m0s is longer than --request-timeout 30s'],
    [['--request-timeout=5s'], '--header-timeout 10s is longer than --request-timeout 5s'],
    [['--max-requests-per-connection=-1'], '--max-requests-per-connection "-1": expected a whole number, 0 at least'],
    [['--max-connections-per-address=x'], '--max-connections-per-address "x": expected a whole number'],
    [['--refused-rate-limit=-1'], '--refused-rate-limit "-1": expected a number, 0 at least'],
    [['--refused-rate-burst=0'], '--refused-rate-burst "0": expected a whole number, 1 at least'],
    [['--trusted-proxies=10.0.0.0/33'], '--trusted-proxies "10.0.0.0/33": expected CIDRs such as 10.0.0.0/8,fd00::/8'],
    [['--trusted-proxies=lb'], '--trusted-proxies "lb": expected CIDRs such as 10.0.0.0/8,fd00::/8'],
    [['--proxy-protocol'], '--proxy-protocol needs --trusted-proxies, because nobody else is believed'],
    [['--max-bodies-in-flight=1Ti'], '--max-bodies-in-flight "1Ti": expected an amount such as 512Ki or 64Mi'],
    [
      ['--external-url=hooks.example.com'],
      '--external-url "hooks.example.com": expected a URL such as https://hooks.example.com',
    ],
    [['--external-url=ftp://x'], '--external-url "ftp://x": expected a URL such as https://hooks.example.com'],
    [['--external-url=https://x?y'], '--external-url "https://x?y": expected a URL such as https://hooks.example.com'],
    [['--tenant-exposure=Pod'], '--tenant-exposure "Pod": expected a list of Service, Ingress, HTTPRoute'],
    [['--tenant-exposure-hosts=a b'], '--tenant-exposure-hosts "a b": expected hosts such as *.hooks.example.com'],
    [
      ['--tenant-service-annotations=a'],
      '--tenant-service-annotations "a": expected annotations such as example.com/name=value,other=value',
    ],
    [
      ['--tenant-gateway=public'],
      '--tenant-gateway "public": expected a Gateway such as namespace/name or namespace/name/listener',
    ],
    [['--tenant-exposure=Service,Ingress'], '--tenant-exposure Ingress needs --tenant-exposure-hosts'],
    [
      ['--tenant-exposure=HTTPRoute', '--tenant-exposure-hosts=a.example.com'],
      '--tenant-exposure HTTPRoute needs --tenant-gateway',
    ],
    [['--min-retry-delay=1h'], '--min-retry-delay 1h0m0s is longer than --max-retry-delay 15m0s'],
    [['--health-addr=[::1]:9292'], '--receiverAddr :9292 and --health-addr [::1]:9292 cannot listen on the same port'],
    [
      ['--enable-leader-election', '--leader-election-renew-deadline=35s'],
      '--leader-election-lease-duration 35s must be longer than --leader-election-renew-deadline 35s',
    ],
    [
      ['--enable-leader-election', '--leader-election-retry-period=25s'],
      '--leader-election-renew-deadline 30s must be longer than 1.2 times --leader-election-retry-period 25s',
    ],
  ];

  it.each(rows)('%j', (words, message) => {
    expect(messageFor(words)).toBe(message);
  });

  it('may have times of an election that is not held', () => {
    expect(run('--leader-election-renew-deadline=35s').config.enableLeaderElection).toBe(false);
  });

  it('may have one port on two addresses, and free ports for all', () => {
    expect(run('--receiverAddr=127.0.0.1:80', '--health-addr=127.0.0.2:80').config.healthAddr.port).toBe(80);
    expect(run('--receiverAddr=:0', '--health-addr=:0', '--metrics-addr=:0').config.metricsAddr?.port).toBe(0);
  });
});

describe('--help and --version', () => {
  it('show every flag with its default in one line', () => {
    const parsed = parseConfig(['--concurent', '--help'], {});
    const lines = parsed.kind === 'help' ? parsed.text.split('\n') : [];
    for (const flag of flagList) {
      const found = lines.filter((line) => line.startsWith(`  --${flag.name}`) && line.includes(flag.help));
      expect(found, flag.name).toHaveLength(1);
      if (flag.default !== '') expect(found[0]).toContain(`(default ${flag.default})`);
    }
  });

  it('show the version', () => {
    expect(parseConfig(['--version'], {})).toEqual({
      kind: 'version',
      text: expect.stringMatching(/^sluice \d+\.\d+\.\d+ \(Node\.js v\d+.*\)\n$/),
    });
  });

  it('are a table in the documentation', () => {
    const rows = flagTable()
      .split('\n')
      .filter((line) => line.startsWith('| `--'));
    expect(rows).toHaveLength(flagList.length);
    for (const row of rows) expect(row.split(/(?<!\\)\|/), row).toHaveLength(6);
    expect(rows).toContain(
      '| `--log-encoding` | json\\|console | `json` | The format of log lines: json for machines, console for people |',
    );
  });
});

describe('the own namespace', () => {
  it('is RUNTIME_NAMESPACE, else that of the ServiceAccount, else flux-system', () => {
    const folder = mkdtempSync(join(tmpdir(), 'namespace-'));
    const file = join(folder, 'namespace');
    writeFileSync(file, 'from-file\n');
    expect(ownNamespace({ RUNTIME_NAMESPACE: 'from-env' }, file)).toBe('from-env');
    expect(ownNamespace({ RUNTIME_NAMESPACE: ' ' }, file)).toBe('from-file');
    expect(ownNamespace({}, join(folder, 'missing'))).toBe('flux-system');
    rmSync(folder, { recursive: true });
  });
});

describe('values', () => {
  it.each([
    [':9292', { port: 9292 }],
    ['0.0.0.0:80', { host: '0.0.0.0', port: 80 }],
    ['localhost:80', { host: 'localhost', port: 80 }],
    ['[::]:80', { host: '::', port: 80 }],
    ['[fe80::1%eth0]:80', { host: 'fe80::1%eth0', port: 80 }],
    ['80', undefined],
    ['', undefined],
    [':', undefined],
    [':http', undefined],
    [':65536', undefined],
    [':-1', undefined],
    ['::1:80', undefined],
    ['[::1]', undefined],
    ['http://x:80', undefined],
    ['a b:80', undefined],
  ])('address %j', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each([
    ['0', 0],
    ['1000', 1000],
    ['512Ki', 524_288],
    ['64Mi', 67_108_864],
    ['64MiB', 67_108_864],
    ['1Gi', 1_073_741_824],
    ['1.5Mi', undefined],
    ['-1', undefined],
    ['1k', undefined],
    ['', undefined],
    ['999999999999999Gi', undefined],
  ])('amount %j', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each([
    ['concurrnet', 'concurrent'],
    ['health-address', 'health-addr'],
    ['HEALTH-ADDR', 'health-addr'],
    ['max-retry-dely', 'max-retry-delay'],
    ['zzzzzz', undefined],
  ])('flag %j', (written, nearest) => {
    const names = flagList.map(({ name }) => name);
    expect(nearestName(written, names)).toBe(nearest);
  });
});
