import { wordsOf } from './words.ts';

test.each([
  ['Éloïse  D’Haÿ-Lefèvre', ['eloise', 'd', 'hay', 'lefevre']],
  ['NOÉ noé Noe\u0301', ['noe']],
  ['Anne-Marie O’Brien 3rd', ['anne', 'marie', 'o', 'brien', '3rd']],
  ['Lœuvre Sørensen Weiß Łukasz', ['loeuvre', 'sorensen', 'weiss', 'lukasz']],
  ['İpek ﬁdan', ['ipek', 'fidan']],
  ['Αλέξανδρος Юрий 山田', ['αλεξανδρος', 'юрии', '山田']],
  ['𠮷田', ['𠮷田']],
  [' ,;- ', []],
  ['', []],
])('the words of “%s” are small, without accents, and each stands once', (name, words) => {
  expect(wordsOf(name)).toEqual(words);
});
