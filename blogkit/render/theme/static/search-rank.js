// Ranks a page: where terms stand in its texts, which of its sections have them, and the sentence that shows it.

import { joined } from "./search-languages.js";
import { SYLLABLE } from "./search-query.js";

const SENTENCES = /\S[^\n]*?(?:[.!?](?=\s)|[。！？]|(?=\n)|$)/gu;
const LINES = /\S[^\n]*/gu;
const OTHER = 0.8; // what another word for the same is worth
const expressions = new Map();

/** Return where a term stands in a text: [start, end, quality], quality 1 for a whole word, less for a part or another form. */
export function matches(text, term, language) {
  if (term.any) return ofAny(text, term.any, language);
  const found = [];
  for (const match of text.folded.matchAll(compiled(term.patterns[language] ?? term.pattern))) {
    const [start, end] = text.range(match.index, match.index + match[0].length);
    if (start >= end) continue;
    const isForm = Object.hasOwn(term.patterns, language) && match[0] !== term.text;
    const begins = !joined(text.raw[start - 1], text.raw[start]);
    const isSyllable = SYLLABLE.test(text.folded[match.index]);
    if (!begins && (term.short || (isForm && !isSyllable && !match[0].startsWith(term.text)))) continue;
    const ends = !joined(text.raw[end - 1], text.raw[end]);
    const whole = begins ? (ends ? 1 : isSyllable ? 0.9 : 0.7) : isSyllable ? 0.6 : 0.02;
    found.push([start, end, isForm ? 0.9 * whole : whole]);
  }
  return found;
}

/** Rank one page; `covered` is the share of the terms that it has. A section is [anchor, heading, text, code]; `words` is how the terms stand there. */
export function rank(title, sections, terms, language) {
  const titled = terms.map((term) => matches(title, term, language));
  const weights = terms.map(weight);
  const inTitle = titled.map(quality);
  const seen = inTitle.map((value) => value > 0);
  const scored = sections.map(([anchor, heading, text, code], order) => {
    let score = 0;
    const here = [...inTitle];
    const places = terms.map((term) => [heading, text, code].map((field) => matches(field, term, language)));
    const words = new Map(titled.flatMap((found) => cut(title, found)));
    places.forEach((found, i) => {
      const points = found.map(quality);
      [heading, text, code].forEach((field, at) => cut(field, found[at]).forEach((word) => words.set(...word)));
      const value =
        10 * points[0] + 2 * points[1] * Math.log2(1 + found[1].length) + 0.7 * points[2] * Math.log2(1 + found[2].length);
      score += weights[i] * (inTitle[i] ? value / 3 : value); // what the whole page is about tells little of a section
      here[i] ||= value;
      seen[i] ||= value > 0;
    });
    score *= share(terms, (i) => here[i]) ** 2;
    return { anchor, heading, text, code, places, words: [...words.values()], order, score };
  });
  const best = scored.filter((section) => section.score > 0).sort((a, b) => b.score - a.score || a.order - b.order);
  const rest = sum(best.slice(1).map((section) => section.score));
  const score = 30 * sum(inTitle.map((value, i) => value * weights[i])) + (best[0]?.score ?? 0) + 2 * Math.log2(1 + rest);
  if (inTitle.every((value, i) => value > 0 || !seen[i])) {
    best.splice(0, best.length, scored[0], ...best.filter((section) => section !== scored[0])); // the page's top first
  }
  const shown = best.slice(0, 3).map((section) => {
    const { anchor, heading, places, words } = section;
    return { anchor, words, heading: heading.raw, headed: places.flatMap(([found]) => found), ...sentence(section) };
  });
  return { score, covered: share(terms, (i) => seen[i]), missing: terms.filter((_, i) => !seen[i]), titled: titled.flat(), sections: shown };
}

/** Return how much weight some of the terms have, 1 for all of them. */
export function share(terms, has) {
  return sum(terms.filter((_, i) => has(i)).map(weight)) / sum(terms.map(weight));
}

/** Return the sentence of a section that has most of the terms, and where: {snippet, marks, isCode}. */
export function sentence({ text, code, places }) {
  let best = { snippet: "", marks: [], isCode: false, terms: -1 };
  for (const [field, isCode] of [[text, false], [code, true]]) {
    for (const { 0: line, index } of field.raw.matchAll(isCode ? LINES : SENTENCES)) {
      const inside = ([start, end]) => start >= index && end <= index + line.length;
      const found = places.map((fields) => fields[isCode ? 2 : 1].filter(inside));
      const count = found.filter((marks) => marks.length).length;
      const marks = found.flat().map(([start, end]) => [start - index, end - index]);
      if (count > best.terms) best = { snippet: line, marks, isCode, terms: count };
    }
  }
  return shorten(best);
}

function ofAny(text, terms, language) {
  const found = terms.flatMap((term, i) => matches(text, term, language).map(([start, end, value]) => [start, end, i ? OTHER * value : value]));
  return [...new Map(found.reverse().map((place) => [place[0], place])).values()]; // of two in one place, the earlier term
}

function compiled(source) {
  if (!expressions.has(source)) expressions.set(source, new RegExp(source, "gu"));
  return expressions.get(source);
}

/** Return the words that were found, each once in whatever case. */
function cut(text, found) {
  return found.map(([start, end]) => text.raw.slice(start, end)).map((word) => [word.toLowerCase(), word]);
}

function weight(term) {
  return term.weight ?? 1;
}

function sum(values) {
  return values.reduce((all, value) => all + value, 0);
}

function quality(found) {
  return found.reduce((best, place) => Math.max(best, place[2]), 0);
}

function shorten({ snippet, marks, isCode }) {
  const places = marks.map(([start, end]) => [start, end]).sort((a, b) => a[0] - b[0]);
  let [from, to] = [0, snippet.length];
  if (to > 160) {
    from = places.length ? Math.max(0, places[0][0] - 50) : 0;
    if (from) from += snippet.slice(from).search(/\s|$/) + 1; // at a word
    if (places.length && from > places[0][0]) from = places[0][0];
    to = Math.min(snippet.length, Math.max(from + 150, places[0]?.[1] ?? 0));
  }
  const head = from ? "…" : "";
  const shown = places.filter(([start, end]) => start >= from && end <= to);
  return {
    snippet: head + snippet.slice(from, to) + (to < snippet.length ? "…" : ""),
    marks: shown.map(([start, end]) => [start - from + head.length, end - from + head.length]),
    isCode,
  };
}
