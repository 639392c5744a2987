/** Reads what a queue's URL says. */

/** The fields of the block `sqs`. */
export interface SqsBlock {
  readonly queueURL: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly topicARNs?: readonly string[];
}

export interface Queue {
  readonly url: string;
  readonly name: string;
  /** `''`: neither the block nor the URL says it. */
  readonly region: string;
  /** Where the calls go: `https://sqs.eu-west-1.amazonaws.com`. */
  readonly endpoint: string;
}

/** Also of a CEL rule, so in RE2's language. */
export const REGION_PATTERN = '[a-z]{2,4}(-[a-z]+)+-[0-9]+';

/** `https://sqs.REGION.…/`, `https://vpce-….sqs.REGION.vpce.…/`, and the old `https://REGION.queue.…/`. */
export const URL_WITH_REGION = `^https?://((vpce-[a-z0-9-]+[.])?sqs(-fips)?[.]${REGION_PATTERN}[.]|${REGION_PATTERN}[.]queue[.])`;

const withRegion = new RegExp(URL_WITH_REGION);
const region = new RegExp(`\\b${REGION_PATTERN}(?=[.])`);

/** @param block that the schema allows. */
export function queueOf({ queueURL, region: given, endpoint }: SqsBlock): Queue {
  const { origin, pathname } = new URL(queueURL);
  return {
    url: queueURL,
    name: pathname.slice(pathname.lastIndexOf('/') + 1),
    region: given ?? regionOf(queueURL) ?? '',
    endpoint: endpoint ?? origin,
  };
}

/** The region that stands in a queue's URL, if any. */
export function regionOf(url: string): string | undefined {
  const [start] = withRegion.exec(url) ?? [];
  if (start === undefined) return undefined;
  // The name of a VPC endpoint has regions in it too: `vpce-0a-eu-west-1a.sqs.eu-west-1.`
  return region.exec(start.replace(/^https?:\/\/vpce-[a-z0-9-]+\./, ''))?.[0];
}
