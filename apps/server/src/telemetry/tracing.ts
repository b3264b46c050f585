import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import type { FastifyInstance } from 'fastify';
import { outcomeOf, withAppend, type Instruments } from './instruments.ts';
import { kindOf } from '../house/log.ts';

export interface Tracing extends Instruments {
  /** A span for each request; one that comes with `traceparent` goes on with that trace. */
  watch(server: FastifyInstance): void;
  /** Sends what is left, and ends. */
  stop(): Promise<void>;
}

/** A span that says whether its work came about; errors are told by their kind, without a message. */
const within = async <T>(
  tracer: Tracer,
  name: string,
  attributes: Record<string, string | number>,
  work: (span: Span) => Promise<T>,
): Promise<T> =>
  tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute('error.type', kindOf(error));
      throw error;
    } finally {
      span.end();
    }
  });

/**
 * Traces for OpenTelemetry: a request, the commands in it, their appends. Spans hold names of the
 * program, ids of organisations and counts, never a value that somebody sent.
 *
 * @param endpoint where an OTLP collector takes traces over HTTP, for example
 * `http://127.0.0.1:4318/v1/traces`; or what gets each span, in tests
 */
export const createTracing = (endpoint: string | SpanProcessor): Tracing => {
  const processor =
    typeof endpoint === 'string'
      ? new BatchSpanProcessor(new OTLPTraceExporter({ url: endpoint }))
      : endpoint;
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'vivier' }),
    spanProcessors: [processor],
  });
  provider.register();
  const tracer = provider.getTracer('vivier');

  return {
    execute: (execute) => (envelope) =>
      within(
        tracer,
        `command ${envelope.name}`,
        { 'vivier.organisation': envelope.organisationId, 'vivier.actor': envelope.by.kind },
        async (span) => {
          const done = await execute(envelope);
          span.setAttribute('vivier.outcome', outcomeOf(done));
          return done;
        },
      ),

    store: (store) =>
      withAppend(store, (organisationId, stream, expected, records) =>
        within(tracer, 'append', { 'vivier.events': records.length }, () =>
          store.append(organisationId, stream, expected, records),
        ),
      ),

    watch: (server) => {
      // After the body was read: what comes before loses its context in the socket's events.
      server.addHook('preHandler', (request, reply, done) => {
        const { url: route = 'unknown' } = request.routeOptions;
        const parent = propagation.extract(context.active(), request.headers);
        const span = tracer.startSpan(
          `${request.method} ${route}`,
          {
            kind: SpanKind.SERVER,
            attributes: { 'http.request.method': request.method, 'http.route': route },
          },
          parent,
        );
        reply.raw.once('close', () => {
          span.setAttribute('http.response.status_code', reply.statusCode);
          if (reply.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        });
        context.with(trace.setSpan(parent, span), done);
      });
    },

    stop: async () => {
      await provider.shutdown();
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
};
