import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { Field, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { aggregates, rights } from '@vivier/domain';
import { isPersonal, type EventFacts, type Field as DeclaredField } from '@vivier/kernel';
import { buildSchema } from 'graphql';
import type { House } from '../house/house.ts';
import { silentLog } from '../house/log.ts';
import { Rates, ratesOf } from '../http/rates.ts';
import { ApiModule } from './graphql.module.ts';
import { rightsMistakes, type Rights } from './rights-check.ts';
import { anonymousOperations, fieldRights, mayReach, operationRights } from './rights.ts';

const schema = (more = '', ofPerson = '') =>
  buildSchema(`
    type Query { me: Person }
    type Mutation { signIn: Ticket }
    type Person { id: ID name: String ${ofPerson} }
    type Ticket { token: String }
    ${more}
  `);

const table: Rights = {
  operations: { me: { candidate: 'own' }, signIn: 'anyone' },
  fields: { Person: { id: 'fact', name: { candidate: 'own' } }, Ticket: 'facts' },
};
const { operations, fields } = table;

describe('A schema and its table of rights', () => {
  test('fit where every operation and every field has its row', () => {
    expect(rightsMistakes(schema(), table)).toEqual([]);
  });

  test.each<[string, string, Parameters<typeof rightsMistakes>]>([
    [
      'a query without a row',
      'Operation everything has no row in rights.ts: say who may.',
      [schema('extend type Query { everything: Ticket }'), table],
    ],
    [
      'a mutation without a row',
      'Operation erase has no row in rights.ts: say who may.',
      [schema('extend type Mutation { erase: Ticket }'), table],
    ],
    [
      'a subscription without a row',
      'Operation told has no row in rights.ts: say who may.',
      [schema('type Subscription { told: Ticket }'), table],
    ],
    [
      'a type without a row',
      'Type Diary has no row in rights.ts: say who may.',
      [schema('type Diary { page: String }'), table],
    ],
    [
      'a field without a row, beside a personal one',
      'Field Person.birthday has no row in rights.ts: say who may.',
      [schema('', 'birthday: String'), table],
    ],
    [
      'a row of an operation that is gone',
      'Operation erase has a row in rights.ts and is not in the schema.',
      [schema(), { operations: { ...operations, erase: {} }, fields }],
    ],
    [
      'a row of a field that is gone',
      'Field Person.nickname has a row in rights.ts and is not in the schema.',
      [
        schema(),
        {
          operations,
          fields: { ...fields, Person: { ...(fields['Person'] as object), nickname: 'fact' } },
        },
      ],
    ],
    [
      'an operation outside the closed list that would need no sign-in',
      'Operation me would need no sign-in and is not in the closed list.',
      [schema(), { operations: { ...operations, me: 'anyone' }, fields }],
    ],
  ])('do not fit with %s', (_, mistake, [poisoned, rows]) => {
    expect(rightsMistakes(poisoned, rows)).toEqual([mistake]);
  });
});

@ObjectType('Backdoor')
class Backdoor {
  @Field(() => String)
  name!: string;
}

@Resolver()
class BackdoorResolver {
  @Query(() => Backdoor)
  backdoor(): Backdoor {
    return { name: 'Ada' };
  }
}

@Module({ providers: [BackdoorResolver] })
class BackdoorModule {}

describe('The API', () => {
  const house = { log: silentLog } as House;
  const api = () => ApiModule.of(house, () => '', new Rates(ratesOf(0)));
  const starting = async (imports: Parameters<typeof Test.createTestingModule>[0]['imports']) => {
    const module = await Test.createTestingModule({ imports: imports ?? [] }).compile();
    const app = module.createNestApplication(new FastifyAdapter(), { logger: false });
    await app.init();
    await app.close();
  };

  test('starts with the operations that have their rows', () => starting([api()]));

  test('does not start with an operation or a type that nobody gave a row', () =>
    expect(starting([api(), BackdoorModule])).rejects.toThrow(
      'Operation backdoor has no row in rights.ts: say who may. Type Backdoor has no row in rights.ts: say who may.',
    ));
});

test('Whatever a caller of the API sends as a command has the row of the domain', () => {
  for (const [name, right] of Object.entries(rights)) {
    const operation = name.charAt(0).toLowerCase() + name.slice(1);
    expect([name, operationRights[operation]]).toEqual([
      name,
      right === 'saga' ? undefined : right,
    ]);
  }
});

test('What needs no sign-in is the closed list', () => {
  const open = Object.keys(operationRights).filter((name) => operationRights[name] === 'anyone');
  expect(open.sort()).toEqual([...anonymousOperations].sort());
  expect(open.sort()).toEqual([
    'confirmAccount',
    'confirmAddressChange',
    'invitation',
    'refreshSignIn',
    'registerCandidate',
    'requestPasswordReset',
    'resetPassword',
    'signIn',
  ]);
});

test('A role that a row does not name reaches nothing, not even its own', () => {
  expect(mayReach({ operator: 'organisation' }, 'candidate', true)).toBe(false);
  expect(mayReach({ candidate: 'own' }, 'candidate', false)).toBe(false);
  expect(mayReach({ candidate: 'own' }, 'candidate', true)).toBe(true);
  expect(mayReach({ operator: 'organisation' }, 'operator', false)).toBe(true);
});

test('A field that an event declares personal stands nowhere as a fact under its name', () => {
  const personal = new Set(
    Object.values(aggregates).flatMap(({ events }) =>
      Object.values<EventFacts>(events).flatMap(({ fields: declared }) =>
        Object.keys(declared).filter((name) => isPersonal(declared[name] as DeclaredField)),
      ),
    ),
  );
  expect([...personal]).toEqual(expect.arrayContaining(['fullName', 'email', 'reason', 'comment']));
  for (const [type, rows] of Object.entries(fieldRights))
    if (rows !== 'facts')
      for (const [name, right] of Object.entries(rows))
        if (personal.has(name)) expect([type, name, right]).not.toEqual([type, name, 'fact']);
});
