import { isJsonObject } from '../../verify/is-json-object.ts';

type JsonObject = Record<string, unknown>;

/** One of the records in which a service of AWS wraps its own notifications. */
export interface AwsRecord {
  readonly record: JsonObject;
  /** What the service says, under its own name. */
  readonly said: JsonObject;
}

/** The records of a non-empty list, all of them of this service; undefined where there are no such. */
export function awsRecords(value: unknown, service: string): readonly AwsRecord[] | undefined {
  if (!isJsonObject(value) || !Array.isArray(value.Records) || value.Records.length === 0) return undefined;
  const records: AwsRecord[] = [];
  for (const record of value.Records as readonly unknown[]) {
    if (!isJsonObject(record) || record.eventSource !== `aws:${service}`) return undefined;
    const said = record[service];
    if (!isJsonObject(said)) return undefined;
    records.push({ record, said });
  }
  return records;
}
