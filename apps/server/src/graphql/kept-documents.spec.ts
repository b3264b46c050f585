import { parse } from 'graphql';
import { KeptDocuments } from './kept-documents.ts';

const isKept = async (text: string): Promise<boolean> => {
  const documents = new KeptDocuments();
  await documents.set('key', parse(text));
  return (await documents.get('key')) !== undefined;
};

test('A document that programs send, with its values as variables, is kept.', async () => {
  expect(
    await isKept('query Page($first: Int!) { dossiers(first: $first) { edges { cursor } } }'),
  ).toBe(true);
  expect(await isKept('{ dossiers(first: 20, oldestFirst: true) { edges { cursor } } }')).toBe(
    true,
  );
});

test('GDPR 17: one with words in it is not, since they would outlive an erasure.', async () => {
  expect(await isKept('mutation { register(input: { fullName: "Ada Gardener" }) { id } }')).toBe(
    false,
  );
  expect(await isKept('{ people(search: """Ada""") { edges { cursor } } }')).toBe(false);
  expect(await isKept('# for Ada Gardener\n{ me { role } }')).toBe(false);
  expect(
    await isKept('query ($name: String = "Ada") { people(search: $name) { edges { cursor } } }'),
  ).toBe(false);
});

test('Only so many are kept, the longest unused goes first.', async () => {
  const documents = new KeptDocuments();
  const one = parse('{ me { role } }');
  for (let n = 0; n < 101; n += 1) await documents.set(String(n), one);
  expect(await documents.get('0')).toBeUndefined();
  expect(await documents.get('1')).toBe(one);
});
