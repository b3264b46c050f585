import type { OrganisationId } from '@vivier/kernel';
import { checkedDeclaration } from '../declaration.ts';
import type { ReadFilter } from '../port.ts';
import { planned } from './query.ts';

const HERE = 'here' as OrganisationId;
const declared = checkedDeclaration({ name: 'a_1', indexes: [{ stage: 1, at: -1 }] });

test.each<ReadFilter>([
  {},
  { _id: 'a' },
  { '_id.organisation': 'elsewhere' },
  { stage: 'new', tags: 'x' },
  { $or: [{ '_id.organisation': 'elsewhere' }, { stage: 'new' }] },
  { $and: [{ 'offer.place': 'Lille' }], '_id.organisation': { $exists: true } },
])('The organisation stands at the top of whatever becomes of %j', (filter) => {
  const { wanted, doubtful, either } = planned(declared, HERE, filter);
  for (const one of [wanted, either, ...(doubtful ? [doubtful] : [])]) {
    expect(Object.entries(one)[0]).toEqual(['_id.organisation', HERE]);
    expect(JSON.stringify(Object.keys(one))).not.toContain('_id.organisation","_id.organisation');
  }
});

test('Where an index says that only scalars lie, nothing is in doubt', () => {
  const certain = planned(declared, HERE, { stage: 'new', $or: [{ at: 1 }, { _id: 'a' }] });
  expect(certain.doubtful).toBeUndefined();
  expect(certain.either).toBe(certain.wanted);
  expect(planned(declared, HERE, { stage: 'new', tags: 'x' }).doubtful).toEqual({
    '_id.organisation': HERE,
    stage: { $eq: 'new' },
    $or: [{ tags: { $elemMatch: { $type: 'array' } } }],
  });
});

test('A page begins in the index where the last one ended', () => {
  const filter = { stage: 'new', $or: [{ at: { $lt: 7 } }, { at: 7, _id: { $gt: 'a' } }] };
  const { wanted, sort } = planned(declared, HERE, filter, { sort: { at: -1, _id: 1 } });
  expect(wanted).toEqual({
    '_id.organisation': HERE,
    stage: { $eq: 'new' },
    $and: [
      { $or: [{ at: { $lt: 7 } }, { $and: [{ at: { $eq: 7 } }, { '_id.id': { $gt: 'a' } }] }] },
      { at: { $lte: 7 } },
    ],
  });
  expect(sort).toEqual([
    ['at', -1],
    ['_id.id', 1],
  ]);
});
