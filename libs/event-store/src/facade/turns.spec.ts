import { Turns } from './turns.ts';

/** Work that says when it begins and ends when it is told to. */
function work(log: string[], name: string): { readonly run: () => Promise<void>; end(): void } {
  let end = (): void => {};
  const done = new Promise<void>((resolve) => (end = resolve));
  const run = async (): Promise<void> => {
    log.push(`${name} begins`);
    await done;
    log.push(`${name} ends`);
  };
  return { run, end };
}

test('what runs together does not wait, what runs alone waits and is waited for', async () => {
  const [turns, log]: [Turns, string[]] = [new Turns(), []];
  const [one, two, three, four] = [work(log, '1'), work(log, '2'), work(log, '3'), work(log, '4')];
  const all = [
    turns.together('a', one.run),
    turns.together('a', two.run),
    turns.alone('a', three.run),
    turns.together('a', four.run),
  ];
  two.end();
  await all[1];
  four.end();
  one.end();
  await all[0];
  three.end();
  await Promise.all(all);
  expect(log).toEqual([
    '1 begins',
    '2 begins',
    '2 ends',
    '1 ends',
    '3 begins',
    '3 ends',
    '4 begins',
    '4 ends',
  ]);
});

test('streams do not wait for each other, and a failure gives way to the next', async () => {
  const [turns, log]: [Turns, string[]] = [new Turns(), []];
  const held = work(log, 'held');
  const waiting = turns.alone('a', held.run);
  await expect(
    turns.alone('b', async () => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await turns.alone('b', async () => 7)).toBe(7);
  held.end();
  await waiting;
  expect(log).toEqual(['held begins', 'held ends']);
});
