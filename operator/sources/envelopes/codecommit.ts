/** Triggers of AWS CodeCommit (https://docs.aws.amazon.com/lambda/latest/dg/services-codecommit.html). */
import { awsRecords } from './aws-records.ts';
import type { Envelope } from './envelope.ts';
import { textOf } from './text-of.ts';

export const codecommit: Envelope = {
  name: 'codecommit',
  open: ({ value }) =>
    awsRecords(value, 'codecommit')?.map(({ record }) => ({
      fields: {
        type: 'codecommit:push',
        source: 'aws:codecommit',
        subject: textOf(record, 'eventSourceARN'),
        id: textOf(record, 'eventId'),
        time: textOf(record, 'eventTime'),
      },
      payload: { value: record },
    })),
};
