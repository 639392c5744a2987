/** The ports on which the operator listens in its pod: the defaults of its flags. */
export const ports = {
  'http-webhook': 9292,
  'http-prom': 8080,
  healthz: 9440,
} as const;
