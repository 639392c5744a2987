/**
 * Whether a URL is one of Amazon SNS itself in this region: https, its own host, no port and no credentials. Anything else
 * that a message names is the choice of whoever wrote the message.
 */
export function isSnsUrl(url: URL, region: string): boolean {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const isPlain = url.port === '' && url.username === '' && url.password === '';
  return url.protocol === 'https:' && url.hostname === `sns.${region}.${domain}` && isPlain;
}
