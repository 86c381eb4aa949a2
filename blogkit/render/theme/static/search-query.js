// Reads a query: its words, and for each reading of them the terms, which say what a page must have.

import { CJK, cutWords, fold, forms, growing, withoutBegun, withoutParticles } from "./search-languages.js";

const LETTER = `(?:(?![${CJK}\\u{10000}-\\u{10ffff}])[\\p{L}\\p{N}_])`;
const RUNS = new RegExp(`[${CJK}]+|${LETTER}+(?:\\.${LETTER}+)*`, "gu");
export const SYLLABLE = new RegExp(`[${CJK}]`, "u");
const AROUND = /^[([{]+(?=[\p{L}\p{N}])|(?<=[\p{L}\p{N}])[)\]}([{?!.,;:…。、？！]+$/gu; // Dense( and softmax? are words

/** Cut a folded text into the grams that a page must have, each as a range [first, last]. */
export function grams(text) {
  const found = new Set();
  for (const [run] of text.matchAll(RUNS)) {
    if (SYLLABLE.test(run)) {
      if (run.length === 1) found.add(run);
      for (let i = 0; i + 2 <= run.length; i++) found.add(run.slice(i, i + 2));
    } else if (run.length < 3) {
      for (const word of run.split(/[_.]/)) if (word) found.add(`^${word}`);
    } else {
      for (let i = 0; i + 3 <= run.length; i++) found.add(run.slice(i, i + 3));
    }
  }
  return [...found].map((gram) => [gram, gram]);
}

/** Cut a query into its words, each with the texts that it may stand for: {texts, quoted}. Those of a list of synonyms stand for each other. */
export function cutQuery(query, synonyms = []) {
  const found = [...query.normalize("NFC").matchAll(/"([^"]+)"|[^\s"]+/g)];
  const words = found.map(([word, quoted]) => ({ texts: [quoted ?? word.replace(AROUND, "")], quoted: quoted !== undefined }));
  if (words.length) words.at(-1).texts[0] = withoutBegun(words.at(-1).texts[0]);
  return withSynonyms(words, synonyms);
}

/** Read words in ever more lenient ways: as they stand, half typed, spaced otherwise, without particles, cut into words. */
export function readings(words, languages) {
  if (!words.length) return [];
  const read = (way) => words.map(({ texts, quoted }) => either(texts.map((text) => way(text, quoted))));
  const typed = read((text, quoted) => (quoted ? exactly(text) : asTyped(text, languages)));
  const half = halfTyped(words.at(-1).texts[0]);
  const readings = [typed, half ? [...typed.slice(0, -1), half] : typed];
  for (const change of [(text) => text, withoutParticles]) readings.push(read((text) => spacedOtherwise(change(text))));
  const cut = words.map(({ texts, quoted }) => (quoted ? null : cutWords(texts[0])));
  if (cut.some(Boolean)) readings.push(typed.flatMap((term, i) => cut[i]?.map((word) => asTyped(word, languages)) ?? [term]));
  const known = new Set();
  return readings
    .map((terms) => terms.filter(Boolean))
    .filter((terms) => terms.length && known.size < known.add(JSON.stringify(terms)).size);
}

/** Return all terms that a word may be read as: those whose every gram must be there, and those that may miss some. */
export function allReadings({ texts, quoted }, languages, isLast) {
  if (quoted) return [texts.map(exactly), []];
  const changed = [...new Set(texts.flatMap((text) => [text, withoutParticles(text)]))];
  const strict = changed.map((text) => asTyped(text, languages));
  const half = isLast && halfTyped(texts[0]);
  return [half ? [...strict, half] : strict, changed.map(spacedOtherwise)];
}

/** Join terms into one that stands where any of them does; null if none of them can be found. */
export function either(terms) {
  const any = terms.filter((term) => term.grams.length);
  return any.length > 1 ? { any } : (any[0] ?? null);
}

/** Join the words that are one of the synonyms, the longest first, and add the others of its list. */
function withSynonyms(words, lists) {
  const alike = new Map(lists.flatMap((list) => list.map((text) => [key(text), list])));
  const longest = Math.max(0, ...lists.flat().map((text) => text.split(/\s+/).length)) + 1; // one more, for one that is written apart
  const read = [];
  for (let at = 0, length; at < words.length; at += length) {
    const typed = () => words.slice(at, at + length).map(({ texts }) => texts[0]).join(" ");
    const found = () => !words.slice(at, at + length).some(({ quoted }) => quoted) && alike.get(key(typed()));
    for (length = Math.min(longest, words.length - at); length > 1 && !found(); length--);
    read.push(found() ? { texts: [...new Set([typed(), ...found()])] } : words[at]);
  }
  return read;
}

/** What is alike in a text, however it is spaced and whatever particles follow it. */
function key(text) {
  return withoutParticles(fold(text)).replace(/[\s_-]/g, "");
}

function exactly(text) {
  const folded = fold(text).trim();
  return { text: folded, pattern: pattern(folded), patterns: {}, grams: grams(folded), spare: 0, short: isShort(folded) };
}

/** A word and its other forms in each of the languages; its grams are those of what all forms begin with. */
export function asTyped(word, languages) {
  const term = exactly(word);
  const stems = [term.text];
  for (const language of languages) {
    const found = forms(word, language);
    if (!found.length) continue;
    stems.push(...found.map(([stem]) => stem));
    const sources = found.map(([stem, ending]) => pattern(stem) + ending).join("|");
    const isSyllable = SYLLABLE.test(term.text.slice(-1));
    term.patterns[language] = isSyllable ? `${term.pattern}|${sources}` : `(?:${sources})(?![\\p{L}\\p{N}])|${term.pattern}`;
  }
  return { ...term, grams: grams(stems.reduce(common)) };
}

/** A last syllable that may still grow, or give its end away. */
function halfTyped(text) {
  const [before, first, last] = growing(fold(text)) ?? [];
  if (before === undefined) return null;
  const link = SYLLABLE.test(before.slice(-1)) ? before.slice(-1) : "";
  const range = [link + first, link + last];
  const whole = grams(before).filter(([gram]) => gram.length > 1 || gram !== link);
  return { pattern: `${pattern(before)}[${first}-${last}]`, patterns: {}, grams: [...whole, range], spare: 0, short: false };
}

/** dataset for data set, and the other way round: where a space may stand, one gram of syllables or two of letters are missing. */
function spacedOtherwise(word) {
  const text = fold(word).replace(/([\p{L}\p{N}])[-_](?=[\p{L}\p{N}])/gu, "$1");
  const parts = [...text].map((character) => pattern(character));
  const apart = text.replace(/(?<![\p{L}\p{N}])\d+(?=\p{L})/gu, "$& "); // 300 g for 300g
  const runs = apart.match(RUNS) ?? [];
  const spare = Math.max(0, ...runs.map((run) => (SYLLABLE.test(run) ? Number(run.length > 2) : run.length > 4 ? 2 : 0)));
  return { pattern: parts.join("[\\s_-]?"), patterns: {}, grams: grams(apart), spare, short: !SYLLABLE.test(text) };
}

function pattern(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+");
}

function common(one, other) {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return one.slice(0, length);
}

function isShort(text) {
  return text.length < 3 && !SYLLABLE.test(text);
}
