// Finds any part of any word in what search.py wrote: grams tell the pages, and the pages tell the sentences.

const BATCH = 8; // pages fetched at once, the most promising first
const PATIENCE = 40; // pages that may disappoint before a search gives up
const CJK = "\\u3040-\\u30ff\\u3130-\\u318f\\u3400-\\u9fff\\uac00-\\ud7a3\\uf900-\\ufaff";
const LETTER = `(?:(?![${CJK}])[\\p{L}\\p{N}_])`;
const RUNS = new RegExp(`[${CJK}]+|${LETTER}+(?:\\.${LETTER}+)*`, "gu");
const SYLLABLE = new RegExp(`[${CJK}]`, "u");
const WORD = /[\p{L}\p{N}]/u;
const SENTENCES = /\S[^\n]*?(?:[.!?。](?=\s)|(?=\n)|$)/gu;
const LINES = /\S[^\n]*/gu;
const [FIRST, LAST] = [0xac00, 0xd7a3];
const INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";
const DOUBLE = { ㄳ: "ㄱㅅ", ㄵ: "ㄴㅈ", ㄶ: "ㄴㅎ", ㄺ: "ㄹㄱ", ㄻ: "ㄹㅁ", ㄼ: "ㄹㅂ", ㄽ: "ㄹㅅ", ㄾ: "ㄹㅌ", ㄿ: "ㄹㅍ", ㅀ: "ㄹㅎ", ㅄ: "ㅂㅅ" };
const ENDINGS = new RegExp(
  "^(.{2,}?)(?:께서|에게|에서|으로|까지|부터|보다|처럼|마다|이라는|라는|이란|이나|하[다는고기면여]|합니다|했습니다|했다|되[다는고기면]|" +
    "됩니다|입니다|이다|적인|[은는이가을를의에로와과랑도만나란한할된될인들])+$",
  "u",
);

/** Make alike what is to be found alike: A and a, 60,000 and 60000, 28 × 28 and 28x28. The same as fold in search.py. */
export function fold(text) {
  return text
    .normalize("NFC")
    .toLowerCase()
    .replace(/(\d),(?=\d{3}(?!\d))/g, "$1")
    .replace(/(\d)\s*[x×]\s*(?=\d)/g, "$1x");
}

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

/** Read a query in ever more lenient ways: as it stands, half typed, spaced otherwise, without particles. */
export function readings(query) {
  const words = [...query.matchAll(/"([^"]+)"|[^\s"]+/g)].map((match) => fold(match[1] ?? match[0]).trim());
  const last = words.pop()?.replace(/([가-힣])[ㄱ-ㅣ]+$/u, "$1"); // a syllable that has only begun
  if (last === undefined) return [];
  const exact = [...words.map(asTyped), asTyped(last)];
  const readings = [exact, [...words.map(asTyped), halfTyped(last)]];
  for (const change of [(word) => word, (word) => word.replace(ENDINGS, "$1")]) {
    readings.push([...words, last].map((word) => spacedOtherwise(change(word))));
  }
  const known = new Set();
  return readings
    .map((terms) => terms.filter((term) => term.grams.length))
    .filter((terms) => terms.length && known.size < known.add(JSON.stringify(terms)).size);
}

/** Return where a term stands in a text: [start, end, quality], quality 1 for a whole word, less for a part. */
export function matches(text, term) {
  const found = [];
  for (const match of text.matchAll(new RegExp(term.pattern, "giu"))) {
    const [start, end] = [match.index, match.index + match[0].length];
    if (start === end) continue;
    const begins = !joined(text[start - 1], text[start]);
    if (term.short && !begins) continue;
    const ends = !joined(text[end - 1], text[end]);
    found.push([start, end, begins ? (ends ? 1 : 0.9) : SYLLABLE.test(text[start]) ? 0.6 : 0.2]);
  }
  return found;
}

/** Rank one page; null if a term is missing. A section is [anchor, heading, text, code]; `words` is how the terms stand there. */
export function rank(title, sections, terms) {
  const titled = terms.map((term) => matches(title, term));
  const inTitle = titled.map(quality);
  const seen = inTitle.map((value) => value > 0);
  const scored = sections.map(([anchor, heading, text, code], order) => {
    let [score, covered] = [0, 0];
    const words = new Set(titled.flatMap((found) => cut(title, found)));
    terms.forEach((term, i) => {
      const found = [heading, text, code].map((field) => matches(field, term));
      const points = found.map(quality);
      [heading, text, code].forEach((field, at) => cut(field, found[at]).forEach((word) => words.add(word)));
      const value =
        10 * points[0] + 2 * points[1] * Math.log2(1 + found[1].length) + 0.7 * points[2] * Math.log2(1 + found[2].length);
      score += inTitle[i] ? value / 3 : value; // what the whole page is about tells little of a section
      covered += value > 0 || inTitle[i] > 0;
      seen[i] ||= value > 0;
    });
    return { anchor, heading, text, code, words, order, score: score * (covered / terms.length) ** 2 };
  });
  if (!seen.every(Boolean)) return null;
  const best = scored.filter((section) => section.score > 0).sort((a, b) => b.score - a.score || a.order - b.order);
  const rest = best.slice(1).reduce((sum, section) => sum + section.score, 0);
  const score = inTitle.reduce((sum, value) => sum + 30 * value, 0) + (best[0]?.score ?? 0) + 2 * Math.log2(1 + rest);
  if (inTitle.every((value) => value > 0)) {
    best.splice(0, best.length, scored[0], ...best.filter((section) => section !== scored[0])); // the page's top first
  }
  return { score, sections: best.slice(0, 3).map((section) => ({ ...section, ...sentence(section, terms) })) };
}

/** Return the sentence of a section that has most of the terms, and where: {snippet, marks, isCode}. */
export function sentence({ text, code }, terms) {
  let best = { snippet: "", marks: [], isCode: false, terms: -1 };
  for (const [field, isCode] of [[text, false], [code, true]]) {
    for (const [line] of field.matchAll(isCode ? LINES : SENTENCES)) {
      const found = terms.map((term) => matches(line, term));
      const count = found.filter((places) => places.length).length;
      if (count > best.terms) best = { snippet: line, marks: found.flat(), isCode, terms: count };
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
    this.pages = pages.map(([url, title, date, version]) => ({ url, title, date, version }));
    this.shards = shards;
  }

  /** Find pages: the first reading of the query that has results. `next()` of what is returned fetches more of them. */
  async search(query) {
    for (const terms of readings(query)) {
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
      const sections = await this.#load(`pages/${page.url.replace(/\.html$/, "")}.json`, page.version);
      const ranked = rank(page.title, sections, terms);
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
    const titled = terms.filter((term) => matches(this.pages[number].title, term).length).length;
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

  #load(name, version) {
    const file = this.#files.get(name) ?? this.#read(name, version);
    this.#files.set(name, file);
    file.catch(() => this.#files.delete(name)); // tried again next time
    return file;
  }
}

function asTyped(text) {
  return { pattern: pattern(text), grams: grams(text), spare: 0, short: isShort(text) };
}

/** A last syllable that may still grow: 스 into 습, or give its end away: 핛 into 학스. */
function halfTyped(text) {
  const code = text.charCodeAt(text.length - 1);
  if (code < FIRST || code > LAST) return asTyped(text);
  const final = (code - FIRST) % 28;
  const before = text.slice(0, -1);
  if (!final) return ranged(before, code, code + 27);
  const [stays, moves] = DOUBLE[FINALS[final]] ?? ` ${FINALS[final]}`;
  const first = FIRST + 588 * INITIALS.indexOf(moves);
  return ranged(before + String.fromCharCode(code - final + FINALS.indexOf(stays)), first, first + 587);
}

function ranged(before, ...codes) {
  const [first, last] = codes.map((code) => String.fromCharCode(code));
  const link = SYLLABLE.test(before.slice(-1)) ? before.slice(-1) : "";
  const range = [link + first, link + last];
  const whole = grams(before).filter(([gram]) => gram.length > 1 || gram !== link);
  return { pattern: `${pattern(before)}[${first}-${last}]`, grams: [...whole, range], spare: 0, short: false };
}

/** 학습결과 for 학습 결과: a space may stand between syllables, so that one gram is missing. */
function spacedOtherwise(text) {
  const parts = [...text].map((character) => pattern(character));
  const spare = (text.match(RUNS) ?? []).some((run) => SYLLABLE.test(run) && run.length > 2) ? 1 : 0;
  return { pattern: parts.join("\\s?"), grams: grams(text), spare, short: isShort(text) };
}

function pattern(text) {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
    .replace(/(\d)x(?=\d)/g, "$1\\s*[x×]\\s*")
    .replace(/\d+/g, (digits) => digits.replace(/\B(?=(?:\d{3})+$)/g, ",?"))
    .replace(/ /g, "\\s+");
}

function isShort(text) {
  return text.length < 3 && !SYLLABLE.test(text);
}

function joined(one, other) {
  return Boolean(one && other) && WORD.test(one) && WORD.test(other) && SYLLABLE.test(one) === SYLLABLE.test(other);
}

function cut(text, found) {
  return found.map(([start, end]) => text.slice(start, end).toLowerCase());
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
