import type { OrganisationId } from '@vivier/kernel';
import { checkedDeclaration } from '../declaration.ts';
import type { FindOptions, ReadFilter } from '../port.ts';
import { planned } from './query.ts';

const HERE = 'here' as OrganisationId;
const declared = checkedDeclaration({ name: 'a_1', indexes: [{ stage: 1, at: -1 }] });
const OF_HERE = [{ _id: { $gte: 'here/' } }, { _id: { $lt: 'here0' } }];

test.each<ReadFilter>([
  {},
  { _id: 'a' },
  { '_id.organisation': 'elsewhere' },
  { stage: 'new', tags: 'x' },
  { $or: [{ organisation: 'elsewhere' }, { stage: 'new' }] },
  { $and: [{ 'offer.place': 'Lille' }], _id: { $in: ['elsewhere/a'] } },
])('The organisation stands at the top of whatever becomes of %j', (filter) => {
  const { wanted, doubtful, either } = planned(declared, HERE, filter);
  for (const one of [wanted, either, ...(doubtful ? [doubtful] : [])])
    expect(one).toMatchObject({ _organisation: HERE });
});

test('Where an index says that only scalars lie, nothing is in doubt', () => {
  const certain = planned(declared, HERE, { stage: 'new', $or: [{ at: 1 }, { _id: 'a' }] });
  expect(certain.doubtful).toBeUndefined();
  expect(certain.either).toBe(certain.wanted);
  expect(planned(declared, HERE, { stage: 'new', tags: 'x' }).doubtful).toEqual({
    _organisation: HERE,
    stage: { $eq: 'new' },
    $or: [{ tags: { $elemMatch: { $type: 'array' } } }],
  });
});

test('A page begins in the index where the last one ended', () => {
  const filter = { stage: 'new', $or: [{ at: { $lt: 7 } }, { at: 7, _id: { $gt: 'a' } }] };
  const { wanted, sort } = planned(declared, HERE, filter, { sort: { at: -1, _id: 1 } });
  expect(wanted).toEqual({
    _organisation: HERE,
    stage: { $eq: 'new' },
    $and: [
      { $or: [{ at: { $lt: 7 } }, { $and: [{ at: { $eq: 7 } }, { _id: { $gt: 'here/a' } }] }] },
      { at: { $lte: 7 } },
    ],
  });
  expect(sort).toEqual([
    ['at', -1],
    ['_id', 1],
  ]);
});

test.each<[ReadFilter, FindOptions]>([
  [{}, {}],
  [{ tags: 'x' }, {}],
  [{ at: 7 }, {}],
  [{ stage: { $ne: 'new' } }, {}],
  [{ _id: { $gt: 'a' } }, { sort: { _id: 1 } }],
  [{ _id: { $nin: ['a'] } }, { sort: { _id: -1 } }],
  [{ stage: 'new' }, { sort: { _id: 1 } }],
])('Looking for %j by %j it walks the ids of the organisation alone', (filter, options) => {
  const { wanted, either } = planned(declared, HERE, filter, options);
  expect(wanted.$and).toEqual(expect.arrayContaining(OF_HERE));
  expect(either.$and).toEqual(expect.arrayContaining(OF_HERE));
});

test.each<[ReadFilter, FindOptions]>([
  [{ _id: 'a' }, {}],
  [{ _id: { $in: ['a', 'b'] } }, { sort: { _id: 1 } }],
  [{ stage: 'new' }, {}],
  [{ stage: { $gt: 'new' } }, {}],
  [{ $or: [{ stage: 'new' }, { stage: 'old' }] }, {}],
  [{}, { sort: { stage: 1 } }],
  [{ stage: 'new' }, { sort: { at: 1 } }],
  [{ stage: 'new', at: 7 }, { sort: { _id: 1 } }],
])('Looking for %j by %j it has something better than all ids', (filter, options) => {
  const { wanted } = planned(declared, HERE, filter, options);
  for (const bound of OF_HERE) expect(wanted.$and ?? []).not.toContainEqual(bound);
});

test('An id is asked for under its organisation, and first', () => {
  const { wanted } = planned(declared, HERE, { stage: 'new', _id: { $in: ['a', 7, null] } });
  expect(Object.entries(wanted)).toEqual([
    ['_id', { $in: ['here/a', 7, null] }],
    ['_organisation', HERE],
    ['stage', { $eq: 'new' }],
  ]);
});
