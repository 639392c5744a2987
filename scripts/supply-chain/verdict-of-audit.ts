/** What `npm audit --json` says, in one line. */

export interface AuditVerdict {
  readonly passed: boolean;
  readonly line: string;
}

interface Report {
  /** Where npm got no answer. */
  readonly message?: string;
  readonly error?: unknown;
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>;
}

const SEVERE: ReadonlySet<string> = new Set(['high', 'critical']);

/** No answer is no finding: a registry without audits must not keep anybody from a build. */
export function verdictOfAudit(json: string): AuditVerdict {
  let report: Report;
  try {
    report = JSON.parse(json);
  } catch {
    return { passed: true, line: 'audit skipped: npm gave no report' };
  }
  const { message, error, vulnerabilities } = report;
  if (vulnerabilities === undefined) {
    const reason = message ?? (error === undefined ? 'npm gave no report' : JSON.stringify(error));
    return { passed: true, line: `audit skipped, the registry does not answer it: ${reason}` };
  }
  const found = Object.entries(vulnerabilities);
  const severe = found.filter(([, { severity }]) => SEVERE.has(severity)).map(([name]) => name);
  if (severe.length > 0) return { passed: false, line: `audit: severe advisories on ${severe.join(', ')}` };
  return { passed: true, line: `audit: no severe advisory, ${found.length} others` };
}
