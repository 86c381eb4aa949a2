// Finds what is near a query of which nothing is found: words spelled alike, and pages that have most of the words.

import { DOUBLE, FINALS, FIRST, INITIALS, cutWords, fold, withoutParticles } from "./search-languages.js";
import { allReadings } from "./search-query.js";

const LONGER = 0.25; // what it costs that a word goes on: 드롭아웃은 for 드롭아웃
const PART = /[가-힣]+|(?:(?![가-힣])[\p{L}\p{N}])+/gu;
const VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ";
const GROUPS = ["ㅐㅔ", "ㅒㅖㅐㅔ", "ㅙㅚㅞ", "ㅏㅓㅗ", "ㅡㅜ", "ㅢㅣ", "ㄱㄲㅋ", "ㄷㄸㅌ", "ㅂㅃㅍ", "ㅅㅆ", "ㅈㅉㅊ", "ㄴㄹ", "ㅁㅂ"];
const ALIKE = new Set(GROUPS.flatMap((group) => [...group].flatMap((one) => [...group].map((other) => one + other))));

/** Find pages that have most of the words, rare ones before common ones; tell which were read as others, and which are nowhere. */
export async function searchNear(index, query) {
  const words = query.flatMap((word) => (!word.quoted && cutWords(word.texts[0], true)?.map((text) => ({ texts: [text] }))) || word);
  const read = (word, isDoubted) => lookUp(index, word, word === words.at(-1), isDoubted);
  let found = await Promise.all(words.map((word) => read(word, false)));
  let search = await open(index, found);
  const isSeen = ({ term }) => search.results.some(({ missing }) => !missing.includes(term));
  const isDoubted = (one) => one.isStrict && !isSeen(one); // its grams may be of several words
  if (found.some(isDoubted)) {
    found = await Promise.all(found.map((one) => (isDoubted(one) ? read(one.word, true) : one)));
    if (found.some(({ isStrict, near }) => isStrict && near)) search = await open(index, found);
  }
  const isNowhere = (one) => !one.pages.size || !(one.isStrict || one.near || isSeen(one));
  const corrected = found.filter((one) => one.near && isSeen(one)).map(({ typed, near }) => [typed, near]);
  return Object.assign(search, { corrected, unknown: found.filter(isNowhere).map(({ typed }) => typed) });
}

function open(index, found) {
  const there = found.filter(({ pages }) => pages.size);
  return index.find(there.map(({ term }) => term), there.map(({ pages }) => pages), 0, 2);
}

/** Find all that a word may be read as, also spelled otherwise if it is nowhere as it stands, or if that is doubted. */
async function lookUp(index, word, isLast, isDoubted) {
  const typed = word.texts[0];
  const [strict, loose] = allReadings(word, index.languages, isLast);
  const isStrict = (await index.scores(strict)).some((pages) => pages.size);
  const near = (isStrict && !isDoubted) || word.quoted ? null : await nearest(index, typed, isLast);
  const others = near ? allReadings({ texts: [near] }, index.languages)[0] : [];
  const any = [...strict, ...loose, ...others].filter((term) => term.grams.length);
  const [pages] = await index.scores([{ any }]);
  const isWeak = near || /^[가-힣]$/.test(typed); // what is guessed, and a syllable that stands inside of many words
  const weight = Math.log2(1 + index.pages.length / pages.size) / (isWeak ? 2 : 1);
  return { word, typed, term: { any, typed, weight }, pages, near, isStrict };
}

/** Return a text with the nearest spelling of each of its parts; null if one of them has none. */
async function nearest(index, text, isLast) {
  const folded = fold(text);
  const parts = await Promise.all((folded.match(PART) ?? []).map((part) => spelled(index, part, isLast)));
  if (parts.includes(null)) return null;
  const other = folded.replace(PART, () => parts.shift());
  return other === folded ? null : other;
}

/** Return how a part of a query is spelled in the blog, be it as two words: 조기종료. */
async function spelled(index, part, isLast) {
  const whole = await nearestWord(index, part, isLast);
  if (whole || part < "가") return whole;
  for (let at = 2; at < part.length - 1; at++) {
    const first = await nearestWord(index, part.slice(0, at), false);
    const second = first && (await nearestWord(index, part.slice(at), isLast));
    if (second) return `${first} ${second}`;
  }
  return null;
}

/** Return the word of the blog, or the beginning of one, that is nearest to a part of a query, and of those the most frequent. */
export async function nearestWord(index, part, isLast) {
  const isHangul = part >= "가";
  const texts = [...new Set([part, withoutParticles(part)])];
  const typed = texts.map((text) => letters(text).flat());
  const tolerated = typed.map(({ length }, i) => tolerance(length, isHangul ? texts[i].length : 0));
  if (!tolerated[0]) return part; // too short to be another word
  const found = new Map();
  for (const [word, count] of await wordsAround(index, initials(part))) {
    const characters = letters(word);
    typed.forEach((one, i) => {
      const [cost, length] = distance(one, characters, tolerated[i], isHangul || (isLast && part.length > 4));
      if (length === undefined) return;
      const text = isHangul ? word.slice(0, length) : word;
      const known = found.get(text) ?? { cost, count: 0 };
      found.set(text, { cost: Math.min(cost, known.cost), count: known.count + count });
    });
  }
  const [[best] = [null]] = [...found].sort(([, a], [, b]) => a.cost - b.cost || b.count - a.count);
  return best;
}

/** Return [word, how many pages have it] for the words around a place in their list. */
async function wordsAround(index, place) {
  const { lists, version } = index;
  const after = lists.findIndex((first) => first > place);
  const at = (after < 0 ? lists.length : after) - 1;
  const near = [at - 1, at, at + 1].filter((i) => lists[i]);
  return (await Promise.all(near.map((i) => index.load(`words/${i}.json`, version)))).flatMap(Object.entries);
}

/** Return the least number of letters to change, and of how many characters the word's beginning then is; nothing if they are too many. */
function distance(typed, characters, most, mayGoOn) {
  let best = [];
  let [before, row] = [[], typed.map((_, i) => i)];
  row.push(typed.length);
  let [letterBefore, reached] = ["", 0];
  for (const character of characters) {
    reached += 1;
    for (const letter of character) {
      const next = [row[0] + 1];
      typed.forEach((one, i) => {
        const swapped = i && one === letterBefore && typed[i - 1] === letter ? before[i - 1] + 0.5 : Infinity;
        next.push(Math.min(row[i] + change(one, letter), row[i + 1] + 1, next[i] + 1, swapped));
      });
      [before, row, letterBefore] = [row, next, letter];
    }
    if (Math.min(...row, ...before) > most) break; // letters that changed places are only known at the second
    const isWhole = reached === characters.length;
    const cost = row.at(-1) + (isWhole ? 0 : LONGER);
    if (row.at(-1) <= most && (isWhole || mayGoOn) && !(best[0] <= cost)) best = [cost, reached];
  }
  return best;
}

/** Return what a nearest spelling may cost; short words have many neighbours, Hangul of two syllables above all. */
function tolerance(letters, syllables) {
  if (syllables) return syllables < 3 ? 0.5 * (letters > 3) : letters < 10 ? 1 : 2;
  return letters < 4 ? 0 : letters < 5 ? 0.5 : letters < 8 ? 1 : 2;
}

function change(one, other) {
  if (one === other) return 0;
  return ALIKE.has(one + other) ? 0.5 : 1;
}

/** Return the letters of each character; those that stand double at the end of a syllable one by one. */
function letters(text) {
  return [...text].map((character) => {
    const code = character.charCodeAt(0) - FIRST;
    if (!(code >= 0 && character <= "힣")) return [character];
    const last = FINALS[code % 28];
    return [INITIALS[Math.floor(code / 588)], VOWELS[Math.floor(code / 28) % 21], ...(DOUBLE[last] ?? last).trim()];
  });
}

/** Where a word stands in the list: by what its syllables begin with, so that those with other vowels stand beside it. */
export function initials(text) {
  return text.replace(/[가-힣]/g, (syllable) => syllable.normalize("NFD")[0]);
}
