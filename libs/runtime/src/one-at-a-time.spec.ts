import { oneAtATime, turns } from './one-at-a-time.ts';

/** Work that ends when it is told to. */
const held = (told: string[], name: string) => {
  let end: (error?: Error) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve());
  });
  return {
    work: async () => {
      told.push(`${name} begins`);
      await ended;
      told.push(`${name} ends`);
      return name;
    },
    end,
  };
};

const everythingElse = () => new Promise<void>((resolve) => setImmediate(() => resolve()));

test('Each piece of work begins when the one before has ended, and gives its own result', async () => {
  const told: string[] = [];
  const alone = oneAtATime();
  const [one, two] = [held(told, 'one'), held(told, 'two')];
  const results = Promise.all([alone(one.work), alone(two.work)]);
  two.end();
  await everythingElse();
  expect(told).toEqual(['one begins']);
  one.end();
  expect(await results).toEqual(['one', 'two']);
  expect(told).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
});

test('What fails tells whoever asked for it, and nobody else', async () => {
  const told: string[] = [];
  const alone = oneAtATime();
  const [one, two] = [held(told, 'one'), held(told, 'two')];
  const first = alone(one.work);
  const second = alone(two.work);
  one.end(new RangeError('no'));
  two.end();
  await expect(first).rejects.toThrow(RangeError);
  expect(await second).toBe('two');
});

test('Under several names work goes on side by side, under one name in turn', async () => {
  const told: string[] = [];
  const inTurn = turns();
  const [ada, bob, again] = [held(told, 'ada'), held(told, 'bob'), held(told, 'ada again')];
  const all = [inTurn('a', ada.work), inTurn('b', bob.work), inTurn('a', again.work)];
  await everythingElse();
  expect(told).toEqual(['ada begins', 'bob begins']);
  ada.end(new RangeError('no'));
  await expect(all[0]).rejects.toThrow(RangeError);
  await everythingElse();
  expect(told.slice(2)).toEqual(['ada again begins']);
  bob.end();
  again.end();
  expect(await Promise.all(all.slice(1))).toEqual(['bob', 'ada again']);
});
