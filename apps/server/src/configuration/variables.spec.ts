import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigurationMistake, readConfig } from '../config.ts';
import { readVariables, variablesTable } from './variables.ts';

const declared = {
  COLOUR: {
    schema: z.enum(['red', 'green']).default('red'),
    rule: 'must be red or green',
    meaning: 'colour of the door',
  },
  VIVIER_KNOCKS: {
    schema: z.string().regex(/^\d$/).transform(Number),
    rule: 'must be a digit',
    meaning: 'how often to knock',
  },
  DOOR_CODE: {
    schema: z.string().min(4).optional(),
    rule: 'must have four characters or more',
    meaning: 'what opens the door',
    secret: true,
  },
} as const;

const wordFrom = (files: Readonly<Record<string, string>>) => (file: string) => {
  const text = files[file];
  if (text === undefined) throw new Error('ENOENT');
  return text;
};

describe('Declared variables', () => {
  test('are read by their schemas, with defaults where they are left out or empty', () => {
    const { values, mistakes } = readVariables(declared, { VIVIER_KNOCKS: '3', COLOUR: '' });
    expect(mistakes).toEqual([]);
    expect(values).toEqual({ COLOUR: 'red', VIVIER_KNOCKS: 3, DOOR_CODE: undefined });
  });

  test('are all checked at once, in a sentence each that repeats no value', () => {
    const { mistakes } = readVariables(declared, { COLOUR: 'SECRET', DOOR_CODE: 'abc' });
    expect(mistakes).toEqual([
      'COLOUR must be red or green.',
      'VIVIER_KNOCKS must be a digit.',
      'DOOR_CODE must have four characters or more.',
    ]);
  });

  test('may come from a file where they are secret, and only there', () => {
    const files = wordFrom({ '/run/secrets/door': 'open sesame' });
    const environment = { VIVIER_KNOCKS: '1', DOOR_CODE_FILE: '/run/secrets/door' };
    expect(readVariables(declared, environment, files).values.DOOR_CODE).toBe('open sesame');
    const colour = { VIVIER_KNOCKS: '1', COLOUR_FILE: '/run/secrets/door' };
    expect(readVariables(declared, colour, files).values.COLOUR).toBe('red');
  });

  test('are refused where a secret is given twice, cannot be read or does not fit', () => {
    const read = (environment: object, files = {}) =>
      readVariables(declared, { VIVIER_KNOCKS: '1', ...environment }, wordFrom(files)).mistakes;
    expect(read({ DOOR_CODE: 'open sesame', DOOR_CODE_FILE: '/x' }, { '/x': 'other' })).toEqual([
      'DOOR_CODE and DOOR_CODE_FILE are both set: leave one of them out.',
    ]);
    expect(read({ DOOR_CODE_FILE: '/absent' })).toEqual([
      'DOOR_CODE_FILE names a file that cannot be read: correct the path or its permissions.',
    ]);
    expect(read({ DOOR_CODE_FILE: '/x' }, { '/x': 'abc' })).toEqual([
      'DOOR_CODE must have four characters or more.',
    ]);
  });

  test('are read from a real file without the end of its line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vivier-secret-'));
    const file = join(folder, 'door');
    writeFileSync(file, 'open sesame\n');
    const environment = { VIVIER_KNOCKS: '1', DOOR_CODE_FILE: file };
    expect(readVariables(declared, environment).values.DOOR_CODE).toBe('open sesame');
    rmSync(folder, { recursive: true });
  });

  test('are told from misspelt ones of the program’s own prefix', () => {
    const environment = { VIVIER_KNOCKS: '1', VIVIER_KNOCK: '1', PATH: '/bin', DOOR: 'x' };
    expect(readVariables(declared, environment).warnings).toEqual([
      'VIVIER_KNOCK is not a setting of this program and has no effect: is it misspelt?',
    ]);
  });

  test('make the table of the README', () => {
    const hidden = { schema: z.undefined(), rule: 'is not taken yet' };
    expect(
      variablesTable({ ...declared, LATER: hidden })
        .split('\n')
        .slice(2),
    ).toEqual([
      '| `COLOUR` | `red` | colour of the door |',
      '| `VIVIER_KNOCKS` | none: it must be set | how often to knock |',
      '| `DOOR_CODE` or `DOOR_CODE_FILE` | none | what opens the door |',
    ]);
  });
});

describe('The settings of the server', () => {
  const mistakesOf = (environment: Readonly<Record<string, string>>): string => {
    try {
      readConfig(environment, '/srv');
    } catch (error) {
      if (error instanceof ConfigurationMistake) return error.message;
    }
    return 'no mistake';
  };

  test('need nothing: it listens on the loopback address and keeps its data beside it', () => {
    expect(readConfig({}, '/srv')).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      dataFolder: '/srv/data',
      publicUrl: 'http://127.0.0.1:4000',
    });
  });

  test('follow one another: links begin with the address, in brackets where it needs them', () => {
    expect(readConfig({ HOST: '::1', PORT: '0' }, '/srv').publicUrl).toBe('http://[::1]:0');
    const environment = { PUBLIC_URL: 'https://recruit.example.org/', VIVIER_DATA: '/var/vivier' };
    expect(readConfig(environment, '/srv')).toMatchObject({
      publicUrl: 'https://recruit.example.org',
      dataFolder: '/var/vivier',
    });
  });

  test('are refused with every mistake on a line of its own', () => {
    expect(
      mistakesOf({
        HOST: 'two words',
        PORT: '65536',
        PUBLIC_URL: 'localhost:4000',
        MONGODB_URL: 'postgres://user:secret@127.0.0.1',
        VIVIER_ROLES: 'api,barber',
      }).split('\n'),
    ).toEqual([
      'HOST must be an address or a name to listen on, for example 127.0.0.1.',
      'PORT must be a number from 0 to 65535: set it, or leave it out.',
      'PUBLIC_URL must be a whole address, for example https://recruit.example.org.',
      'MONGODB_URL must be the address of a MongoDB replica set, for example mongodb://127.0.0.1:27017/vivier?replicaSet=rs0.',
      'VIVIER_ROLES must list some of api, projector, scheduler, feed, with commas between.',
    ]);
    for (const PORT of ['4e3', '-1', '0x10', ' 80', '400000'])
      expect(mistakesOf({ PORT })).toMatch(/^PORT must be a number/);
  });

  test('name servers by their addresses, which are secrets, and share the work only on both', () => {
    const servers = {
      EVENTSTORE_URL: 'esdb+discover://admin:word@log.example.org:2113',
      MONGODB_URL: 'mongodb://one:27017,two:27017/vivier?replicaSet=rs0',
    };
    expect(readConfig({ ...servers, VIVIER_ROLES: 'scheduler, projector' }, '/srv')).toMatchObject({
      eventStoreUrl: servers.EVENTSTORE_URL,
      mongoUrl: servers.MONGODB_URL,
      roles: ['projector', 'scheduler'],
    });
    const { EVENTSTORE_URL } = servers;
    for (const some of [{}, { EVENTSTORE_URL }, { MONGODB_URL: servers.MONGODB_URL }])
      expect(mistakesOf({ ...some, VIVIER_ROLES: 'api' })).toMatch(
        /set EVENTSTORE_URL and MONGODB_URL/,
      );
    expect(readConfig({ VIVIER_ROLES: 'feed,scheduler,projector,api' }, '/srv').roles).toHaveLength(
      4,
    );
    expect(mistakesOf({ EVENTSTORE_URL: 'http://127.0.0.1:2113' })).toMatch(
      /^EVENTSTORE_URL must be/,
    );
  });

  test('name a mail server, which is a secret, together with who writes', () => {
    const SMTP_URL = 'smtps://user:word@mail.example.org:465/?pool=true';
    const MAIL_FROM = 'jobs@example.org';
    expect(readConfig({ SMTP_URL, MAIL_FROM }, '/srv')).toMatchObject({
      smtpUrl: SMTP_URL,
      mailFrom: MAIL_FROM,
    });
    expect(mistakesOf({ SMTP_URL })).toBe(
      'SMTP_URL sends mails, but nobody would be their sender: set MAIL_FROM as well.',
    );
    for (const wrong of ['http://mail.example.org', 'smtp://', 'mail.example.org'])
      expect(mistakesOf({ SMTP_URL: wrong, MAIL_FROM })).toMatch(/^SMTP_URL must be/);
    for (const wrong of ['jobs', 'Jobs <jobs@example.org>', 'a@example.org,b@example.org'])
      expect(mistakesOf({ MAIL_FROM: wrong })).toMatch(/^MAIL_FROM must be/);
  });

  test('warn of what looks like a setting and is none', () => {
    const warnings: string[] = [];
    readConfig({ VIVIER_DATTA: '/x' }, '/srv', (sentence) => warnings.push(sentence));
    expect(warnings).toEqual([
      'VIVIER_DATTA is not a setting of this program and has no effect: is it misspelt?',
    ]);
  });
});
