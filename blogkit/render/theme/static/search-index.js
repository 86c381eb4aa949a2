// Finds any part of any word in what search_index.py wrote: grams tell the pages, and the pages tell the sentences.

const languages = new URL("search-languages.js" + new URL(import.meta.url).search, import.meta.url);
const { CJK, Text, cutWords, fold, forms, growing, joined, withoutBegun, withoutParticles } = await import(languages);

const BATCH = 8; // pages fetched at once, the most promising first
const PATIENCE = 40; // pages that may disappoint before a search gives up
const LETTER = `(?:(?![${CJK}\\u{10000}-\\u{10ffff}])[\\p{L}\\p{N}_])`;
const RUNS = new RegExp(`[${CJK}]+|${LETTER}+(?:\\.${LETTER}+)*`, "gu");
const SYLLABLE = new RegExp(`[${CJK}]`, "u");
const SENTENCES = /\S[^\n]*?(?:[.!?](?=\s)|[。！？]|(?=\n)|$)/gu;
const LINES = /\S[^\n]*/gu;
const expressions = new Map();

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

/** Read a query in ever more lenient ways: as it stands, half typed, spaced otherwise, without particles, cut into words. */
export function readings(query, languages) {
  const words = [...query.normalize("NFC").matchAll(/"([^"]+)"|[^\s"]+/g)].map(([word, quoted]) => ({ text: quoted ?? word, quoted }));
  if (!words.length) return [];
  const last = words.at(-1);
  last.text = withoutBegun(last.text);
  const typed = words.map(({ text, quoted }) => (quoted ? exactly(text) : asTyped(text, languages)));
  const readings = [typed, [...typed.slice(0, -1), halfTyped(last.text) ?? typed.at(-1)]];
  for (const change of [(word) => word, withoutParticles]) readings.push(words.map(({ text }) => spacedOtherwise(change(text))));
  const cut = words.map(({ text, quoted }) => (quoted ? null : cutWords(text)));
  if (cut.some(Boolean)) readings.push(words.flatMap(({ text }, i) => (cut[i] ?? [text]).map((word) => asTyped(word, languages))));
  const known = new Set();
  return readings
    .map((terms) => terms.filter((term) => term.grams.length))
    .filter((terms) => terms.length && known.size < known.add(JSON.stringify(terms)).size);
}

/** Return where a term stands in a text: [start, end, quality], quality 1 for a whole word, less for a part or another form. */
export function matches(text, term, language) {
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

/** Rank one page; null if a term is missing. A section is [anchor, heading, text, code]; `words` is how the terms stand there. */
export function rank(title, sections, terms, language) {
  const titled = terms.map((term) => matches(title, term, language));
  const inTitle = titled.map(quality);
  const seen = inTitle.map((value) => value > 0);
  const scored = sections.map(([anchor, heading, text, code], order) => {
    let [score, covered] = [0, 0];
    const places = terms.map((term) => [heading, text, code].map((field) => matches(field, term, language)));
    const words = new Map(titled.flatMap((found) => cut(title, found)));
    places.forEach((found, i) => {
      const points = found.map(quality);
      [heading, text, code].forEach((field, at) => cut(field, found[at]).forEach((word) => words.set(...word)));
      const value =
        10 * points[0] + 2 * points[1] * Math.log2(1 + found[1].length) + 0.7 * points[2] * Math.log2(1 + found[2].length);
      score += inTitle[i] ? value / 3 : value; // what the whole page is about tells little of a section
      covered += value > 0 || inTitle[i] > 0;
      seen[i] ||= value > 0;
    });
    return { anchor, heading: heading.raw, text, code, places, words: [...words.values()], order, score: score * (covered / terms.length) ** 2 };
  });
  if (!seen.every(Boolean)) return null;
  const best = scored.filter((section) => section.score > 0).sort((a, b) => b.score - a.score || a.order - b.order);
  const rest = best.slice(1).reduce((sum, section) => sum + section.score, 0);
  const score = inTitle.reduce((sum, value) => sum + 30 * value, 0) + (best[0]?.score ?? 0) + 2 * Math.log2(1 + rest);
  if (inTitle.every((value) => value > 0)) {
    best.splice(0, best.length, scored[0], ...best.filter((section) => section !== scored[0])); // the page's top first
  }
  return { score, sections: best.slice(0, 3).map((section) => ({ ...section, ...sentence(section) })) };
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

/** The index of a site; `read(name, version)` fetches one of its files as JSON. */
export class Index {
  #read;
  #files = new Map();

  constructor(read) {
    this.#read = read;
  }

  /** Fetch the list of pages. */
  async open() {
    const { pages, shards } = await this.#load("index.json", "");
    this.pages = pages.map(([url, title, date, version, language]) => ({ url, title, date, version, language, words: new Text(title) }));
    this.languages = [...new Set(this.pages.map(({ language }) => language))];
    this.shards = shards;
  }

  /** Find pages: the first reading of the query that has results. `next()` of what is returned fetches more of them. */
  async search(query) {
    for (const terms of readings(query, this.languages)) {
      const pages = await this.#candidates(terms);
      const search = { results: [], more: pages.length > 0, next: () => this.#next(search, pages, terms) };
      for (let tried = 0; search.more && !search.results.length && tried < PATIENCE; tried += BATCH) await search.next();
      if (search.results.length) return search;
    }
    return { results: [], more: false };
  }

  async #next(search, pages, terms) {
    const batch = pages.splice(0, BATCH).map(async (number) => {
      const page = this.pages[number];
      const sections = await this.#sections(page);
      const ranked = rank(page.words, sections, terms, page.language);
      return ranked && { ...ranked, page, number };
    });
    const found = (await Promise.all(batch)).filter(Boolean);
    search.results.push(...found.sort((a, b) => b.score - a.score || b.number - a.number));
    search.more = pages.length > 0;
    return found;
  }

  /** Return the numbers of the pages that have all grams of all terms, the most promising first. */
  async #candidates(terms) {
    const scores = await Promise.all(terms.map((term) => this.#scores(term)));
    const [first, ...others] = scores.sort((a, b) => a.size - b.size);
    const common = [...first.keys()].filter((number) => others.every((other) => other.has(number)));
    const score = new Map(common.map((number) => [number, this.#promise(number, terms, scores)]));
    return common.sort((a, b) => score.get(b) - score.get(a) || b - a);
  }

  #promise(number, terms, scores) {
    const titled = terms.filter((term) => matches(this.pages[number].words, term, this.pages[number].language).length).length;
    return scores.reduce((sum, pages) => sum + pages.get(number), 8 * titled);
  }

  /** Return page → the least weight of the term's grams there. */
  async #scores(term) {
    const lists = await Promise.all(term.grams.map((range) => this.#postings(range)));
    const [count, least] = [new Map(), new Map()];
    for (const list of lists) {
      for (const [number, weight] of list) {
        count.set(number, (count.get(number) ?? 0) + 1);
        least.set(number, Math.min(least.get(number) ?? 7, weight));
      }
    }
    for (const [number, grams] of count) if (grams < lists.length - term.spare) least.delete(number);
    return least;
  }

  /** Return page → weight for the grams from `first` to `last`. */
  async #postings([first, last]) {
    const pages = new Map();
    const after = this.shards.findIndex(([start]) => start > last);
    const end = after < 0 ? this.shards.length : after;
    for (let i = end - 1; i >= 0; i--) {
      const shard = await this.#load(`grams/${i}.json`, this.shards[i][1]);
      const grams = first === last ? [first] : Object.keys(shard).filter((gram) => gram >= first && gram <= last);
      for (const gram of grams) {
        let number = 0;
        for (const value of Object.hasOwn(shard, gram) ? shard[gram] : []) {
          number += value >> 3;
          pages.set(number, Math.max(pages.get(number) ?? 0, value & 7));
        }
      }
      if (this.shards[i][0] <= first) break;
    }
    return pages;
  }

  async #sections(page) {
    const sections = await this.#load(`pages/${page.url.replace(/\.html$/, "")}.json`, page.version);
    return (page.sections ??= sections.map(([anchor, ...fields]) => [anchor, ...fields.map((field) => new Text(field))]));
  }

  #load(name, version) {
    const file = this.#files.get(name) ?? this.#read(name, version);
    this.#files.set(name, file);
    file.catch(() => this.#files.delete(name)); // tried again next time
    return file;
  }
}

function exactly(text) {
  const folded = fold(text).trim();
  return { text: folded, pattern: pattern(folded), patterns: {}, grams: grams(folded), spare: 0, short: isShort(folded) };
}

/** A word and its other forms in each of the languages; its grams are those of what all forms begin with. */
function asTyped(word, languages) {
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
  const runs = text.match(RUNS) ?? [];
  const spare = Math.max(0, ...runs.map((run) => (SYLLABLE.test(run) ? Number(run.length > 2) : run.length > 4 ? 2 : 0)));
  return { pattern: parts.join("[\\s_-]?"), patterns: {}, grams: grams(text), spare, short: !SYLLABLE.test(text) };
}

function pattern(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+");
}

function compiled(source) {
  if (!expressions.has(source)) expressions.set(source, new RegExp(source, "gu"));
  return expressions.get(source);
}

function common(one, other) {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return one.slice(0, length);
}

function isShort(text) {
  return text.length < 3 && !SYLLABLE.test(text);
}

/** Return the words that were found, each once in whatever case. */
function cut(text, found) {
  return found.map(([start, end]) => text.raw.slice(start, end)).map((word) => [word.toLowerCase(), word]);
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
