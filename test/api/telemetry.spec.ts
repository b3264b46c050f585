import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { registered, staffed } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

const NAME = 'Perpetua Merriweather';
const EMAIL = 'perpetua@example.org';

/** Somebody registers, twice under one command, and once more with an address that is taken. */
const visited = async (house: Running): Promise<void> => {
  const maison = await staffed(house);
  const invitation = await maison.invite();
  const person = { fullName: NAME, email: EMAIL };
  await registered(house, maison, invitation, person);
  await expect(registered(house, maison, invitation, person)).rejects.toThrow();
  await house.server.house.settled();
};

describe('Prometheus reads', () => {
  let house: Running;
  let text: string;
  beforeAll(async () => {
    house = await running({ metricsPort: 0 });
    await visited(house);
    text = await (await fetch(house.server.metricsUrl ?? '')).text();
  });
  afterAll(() => house.end());

  const valueOf = (line: string): number | undefined => {
    const found = text.split('\n').find((other) => other.startsWith(`${line} `));
    return found === undefined ? undefined : Number(found.split(' ').at(-1));
  };

  test('how many commands there were, by name and outcome;', () => {
    const outcome = 'vivier_commands_total{command="RegisterCandidate",outcome="done"}';
    expect(valueOf(outcome)).toBe(1);
  });

  test('how long appends took, as many as there were;', () => {
    expect(valueOf('vivier_append_seconds_count')).toBeGreaterThanOrEqual(2);
    expect(valueOf('vivier_append_seconds_bucket{le="+Inf"}')).toBe(
      valueOf('vivier_append_seconds_count'),
    );
  });

  test('how far behind every follower of the log is, and whether it stands still;', () => {
    const followers = [...house.server.house.projector.progress.keys(), 'directory'];
    for (const follower of followers) {
      expect(valueOf(`vivier_lag_positions{follower="${follower}"}`)).toBe(0);
      expect(valueOf(`vivier_halted{follower="${follower}"}`)).toBe(0);
    }
  });

  test('what waits in the queues;', () => {
    for (const queue of ['deadlines', 'effects', 'dead'])
      expect(valueOf(`vivier_queue_length{queue="${queue}"}`)).toBe(0);
  });

  test('how many races were lost;', () => {
    expect(valueOf('vivier_conflicts_total')).toBe(0);
  });

  test('nothing personal,', () => {
    expect(text).not.toMatch(/Perpetua|Merriweather|example\.org/i);
  });

  test('and nothing on the port that faces the world.', async () => {
    expect((await fetch(`${house.server.url}/metrics`)).status).toBe(404);
  });
});

describe('OpenTelemetry gets', () => {
  const spans = new InMemorySpanExporter();
  let house: Running;
  beforeAll(async () => {
    house = await running({ tracesUrl: new SimpleSpanProcessor(spans) });
    await visited(house);
  });
  afterAll(() => house.end());

  const named = (name: string) => spans.getFinishedSpans().filter((span) => span.name === name);

  test('a request, the command in it and its append, each inside the other;', () => {
    const [command] = named('command RegisterCandidate');
    const append = named('append').find(
      ({ parentSpanContext }) => parentSpanContext?.spanId === command?.spanContext().spanId,
    );
    const request = named('POST /graphql').find(
      (span) => span.spanContext().spanId === command?.parentSpanContext?.spanId,
    );
    expect(command?.attributes).toMatchObject({ 'vivier.outcome': 'done' });
    expect(append?.attributes).toEqual({ 'vivier.events': 2 });
    expect(request?.attributes).toMatchObject({
      'http.route': '/graphql',
      'http.response.status_code': 200,
    });
  });

  test('nothing personal.', () => {
    const all = spans
      .getFinishedSpans()
      .map(({ name, attributes, events, status }) => ({ name, attributes, events, status }));
    expect(all.length).toBeGreaterThan(10);
    expect(JSON.stringify(all)).not.toMatch(/Perpetua|Merriweather|example\.org/i);
  });

  test('a trace that began elsewhere, to go on with.', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await fetch(`${house.server.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        traceparent: `00-${traceId}-b7ad6b7169203331-01`,
      },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    await house.server.house.settled();
    expect(spans.getFinishedSpans().some((span) => span.spanContext().traceId === traceId)).toBe(
      true,
    );
  });
});

test('A collector gets the traces over OTLP, the last ones when the server stops.', async () => {
  const paths: (string | undefined)[] = [];
  const collector: HttpServer = createServer((request, response) => {
    paths.push(request.url);
    request.resume().once('end', () => response.writeHead(200).end());
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  const house = await running({ tracesUrl: `http://127.0.0.1:${port}/v1/traces` });
  await staffed(house);
  await house.end();
  collector.close();
  expect(new Set(paths)).toEqual(new Set(['/v1/traces']));
});
