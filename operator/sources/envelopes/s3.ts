/** Notifications of Amazon S3 (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html). */
import { isJsonObject } from '../../verify/is-json-object.ts';
import { type AwsRecord, awsRecords } from './aws-records.ts';
import type { Content, Envelope } from './envelope.ts';
import { percentDecode } from './percent-decode.ts';
import { textOf } from './text-of.ts';

export const s3: Envelope = {
  name: 's3',
  open({ value }) {
    if (isJsonObject(value) && value.Service === 'Amazon S3' && value.Event === 's3:TestEvent') {
      const bucket = textOf(value, 'Bucket');
      const fields = { source: 'aws:s3', subject: bucket, time: textOf(value, 'Time') };
      return [{ fields, payload: { value }, handshake: { kind: 's3-test', bucket } }];
    }
    return awsRecords(value, 's3')?.map(contentOf);
  },
};

function contentOf({ record, said }: AwsRecord): Content {
  const bucket = isJsonObject(said.bucket) ? textOf(said.bucket, 'name') : '';
  const object = isJsonObject(said.object) ? said.object : {};
  const key = typeof object.key === 'string' ? decodeKey(object.key) : undefined;
  return {
    fields: {
      type: textOf(record, 'eventName').replace(/^s3:/, ''),
      source: 'aws:s3',
      subject: key === undefined ? bucket : `${bucket}/${key}`,
      time: textOf(record, 'eventTime'),
    },
    payload: { value: key === undefined ? record : { ...record, s3: { ...said, object: { ...object, key } } } },
  };
}

/** S3 encodes keys as a form does. */
function decodeKey(key: string): string {
  return percentDecode(key.replaceAll('+', ' '));
}
