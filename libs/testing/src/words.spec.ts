import {
  anonymous,
  givenProjection,
  givenSaga,
  inStream,
  operator,
  refuseOpenGivens,
  told,
} from './index.ts';
import { deciderWords } from './deciders.ts';
import {
  decider,
  defineEvents,
  defineRejections,
  id,
  projection,
  saga,
  command,
} from '@vivier/kernel';
import type { Brand, Scope } from '@vivier/kernel';

type BoxId = Brand<'BoxId'>;
const boxId = '00000000-0000-4000-8000-000000000001' as BoxId;
const otherId = '00000000-0000-4000-8000-000000000002' as BoxId;
const events = defineEvents({ BoxOpened: { boxId: id<BoxId>() } });
const refuse = defineRejections({
  BoxUnknown: { message: 'There is no such box.', remedy: 'Make one.' },
  BoxOpen: { message: 'The box is open.', remedy: 'Look into it.' },
});
const box = decider<boolean>()({
  category: 'box',
  events,
  initial: false,
  person: () => undefined,
  scope: () => 'organisation' as Scope,
  absent: refuse.BoxUnknown,
  evolve: { BoxOpened: () => true },
  commands: {
    OpenBox: command<boolean, ReturnType<typeof events.BoxOpened>>()({
      input: { boxId: events.BoxOpened.fields.boxId },
      key: (input) => input.boxId,
      creates: true,
      decide: (input, open) => (open ? refuse.BoxOpen() : [events.BoxOpened(input)]),
    }),
  },
});
const given = deciderWords({ box }, { OpenBox: { operator: 'organisation' } });
const { BoxOpened } = told(events);
const by = operator('otto');
const opened = inStream({ category: 'box', key: boxId, scope: 'account' as Scope })(
  BoxOpened({ boxId }),
);
const boxes = projection<{ readonly _id: string; readonly opened: number }>()({
  name: 'boxes',
  version: 1,
  indexes: [],
  events: [events],
  on: {
    BoxOpened: {
      keys: ({ key }) => [key],
      evolve: (box, { data }) => ({ _id: data.boxId, opened: (box?.opened ?? 0) + 1 }),
    },
  },
});
const looking = saga<number>()({
  name: 'looking',
  events: [events],
  initial: 0,
  instance: ({ key }) => key,
  evolve: { BoxOpened: (count) => count + 1 },
  agenda: () => [],
});
const noted = (promise: Promise<unknown>) => expect(promise).rejects.toThrow();

test('A command makes exactly the expected events, or the test fails', async () => {
  await given().when('OpenBox', { boxId }, { by }).then(BoxOpened({ boxId }));
  await noted(
    given()
      .when('OpenBox', { boxId }, { by })
      .then(BoxOpened({ boxId: otherId })),
  );
  await noted(given().when('OpenBox', { boxId }, { by }).then());
  await noted(
    given()
      .when('OpenBox', { boxId }, { by: anonymous('x') })
      .then(BoxOpened({ boxId })),
  );
});

test('A refusal is expected by its code and details, or the test fails', async () => {
  const past = { of: box, key: boxId, events: [BoxOpened({ boxId })] };
  await given(past).when('OpenBox', { boxId }, { by }).thenRejected('BoxOpen');
  await noted(given(past).when('OpenBox', { boxId }, { by }).thenRejected('BoxUnknown'));
  await noted(given(past).when('OpenBox', { boxId }, { by }).thenRejected('BoxOpen', { a: 1 }));
  await noted(given().when('OpenBox', { boxId }, { by }).thenRejected('BoxOpen'));
});

test('An earlier command of the sentence must succeed', async () => {
  const twice = () => given().when('OpenBox', { boxId }, { by }).when('OpenBox', { boxId }, { by });
  await twice().thenRejected('BoxOpen');
  await noted(
    twice()
      .when('OpenBox', { boxId: otherId }, { by })
      .then(BoxOpened({ boxId: otherId })),
  );
});

test('A document must be exactly as expected', () => {
  givenProjection(boxes, opened, opened)
    .then(boxId, { _id: boxId, opened: 2 })
    .then(otherId, undefined);
  expect(() => givenProjection(boxes, opened).then(boxId, { _id: boxId, opened: 2 })).toThrow();
  expect(() => givenProjection(boxes, opened).then(boxId, undefined)).toThrow();
  givenProjection(boxes, opened).redelivered().thenUnchanged();
});

test('Plans must be exactly as expected', () => {
  givenSaga(looking, opened).thenPlans([]);
  const plan = { due: '', because: '', command: { name: 'OpenBox', input: {} } };
  expect(() => givenSaga(looking, opened).thenPlans([plan])).toThrow();
});

test('A given without a then fails', async () => {
  const forgetful = [
    () => given(),
    () => given().when('OpenBox', { boxId }, { by }),
    () => givenProjection(boxes, opened),
    () => givenProjection(boxes, opened).redelivered(),
    () => givenSaga(looking, opened),
  ];
  for (const forget of forgetful) {
    forget();
    expect(refuseOpenGivens).toThrow('A given stands without a then');
  }
  await expect(
    (async () => given().when('OpenBox', { boxId }, { by }) as unknown)(),
  ).rejects.toThrow('A when stands without a then');
  expect(refuseOpenGivens).toThrow('A given stands without a then');
  expect(refuseOpenGivens).not.toThrow();
});
