/** What `otel` needs of OpenTelemetry; a file of its own in the bundle. */
export { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
export { resourceFromAttributes } from '@opentelemetry/resources';
