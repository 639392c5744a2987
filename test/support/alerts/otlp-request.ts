/** Reads what a collector is sent, by opentelemetry-proto's `trace_service.proto`, and shows it as the recording does. */
import { type MessageType, readProtobuf } from './read-protobuf.ts';

const ATTRIBUTE: MessageType = { 1: ['key', 'string'], 2: ['value', { 1: ['stringValue', 'string'] }] };

const SPAN: MessageType = {
  1: ['traceId', 'base64'],
  2: ['spanId', 'base64'],
  4: ['parentSpanId', 'base64'],
  5: ['name', 'string'],
  6: ['kind', 'varint'],
  7: ['startTimeUnixNano', 'fixed64'],
  8: ['endTimeUnixNano', 'fixed64'],
  9: ['attributes[]', ATTRIBUTE],
  10: ['droppedAttributesCount', 'varint'],
  12: ['droppedEventsCount', 'varint'],
  14: ['droppedLinksCount', 'varint'],
  15: ['status', { 2: ['message', 'string'], 3: ['code', 'varint'] }],
  16: ['flags', 'fixed32'],
};

const REQUEST: MessageType = {
  1: [
    'resourceSpans[]',
    {
      1: ['resource', { 1: ['attributes[]', ATTRIBUTE], 2: ['droppedAttributesCount', 'varint'] }],
      2: ['scopeSpans[]', { 1: ['scope', { 1: ['name', 'string'], 2: ['version', 'string'] }], 2: ['spans[]', SPAN] }],
      3: ['schemaUrl', 'string'],
    },
  ],
};

const KINDS = ['SPAN_KIND_UNSPECIFIED', 'SPAN_KIND_INTERNAL'];
const CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

/** Zeroes and empty texts, which proto3 does not tell from absent ones, are left out. */
export function readOtlpRequest(bytes: Buffer): unknown {
  return JSON.parse(JSON.stringify(readProtobuf(bytes, REQUEST)), (key, value) => {
    if (value === 0 || value === '') return undefined;
    if (key === 'kind') return KINDS[value];
    if (key === 'code') return CODES[value];
    return value;
  });
}
