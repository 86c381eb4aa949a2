// Finds any part of any word in what search_index.py wrote: grams tell the pages, and the pages tell the sentences.

import { Text } from "./search-languages.js";
import { cutQuery, readings } from "./search-query.js";
import { matches, rank, share } from "./search-rank.js";

const BATCH = 8; // pages fetched at once, the most promising first
const PATIENCE = 5; // batches without a result before a search gives up; lenient readings find more that is none
const LENIENT = 1;

/** The index of a site; `read(name, version)` fetches one of its files as JSON. */
export class Index {
  #read;
  #files = new Map();

  constructor(read) {
    this.#read = read;
  }

  /** Fetch the list of pages. */
  async open() {
    const { pages, shards, words, version, synonyms } = await this.load("index.json", "");
    this.pages = pages.map(([url, title, date, version, language]) => ({ url, title, date, version, language, words: new Text(title) }));
    this.languages = [...new Set(this.pages.map(({ language }) => language))];
    [this.shards, this.lists, this.version, this.synonyms] = [shards, words, version, synonyms];
  }

  /** Find pages: the first reading of the query that has results, or else what is near it. `next()` of what is returned fetches more of them. */
  async search(query) {
    const words = cutQuery(query, this.synonyms);
    for (const [leniency, terms] of readings(words, this.languages).entries()) {
      const search = await this.find(terms, await this.scores(terms), 1, leniency ? LENIENT : PATIENCE);
      if (search.results.length) return search;
    }
    const { searchNear } = await import("./search-near.js");
    return searchNear(this, words);
  }

  /** Find pages that have all terms, the most promising first; where `least` is 0, those that have most of them. */
  async find(terms, scores, least, batches) {
    const search = { results: [], least, pages: this.#candidates(terms, scores, least), next: () => this.#next(search, terms) };
    search.more = search.pages.length > 0;
    for (let tried = 0; search.more && !search.results.length && tried < batches; tried++) await search.next();
    return search;
  }

  async #next(search, terms) {
    const batch = search.pages.splice(0, BATCH).map(async ({ number }) => {
      const page = this.pages[number];
      return { ...rank(page.words, await this.#sections(page), terms, page.language), page, number };
    });
    const ranked = await Promise.all(batch);
    const most = Math.max(...ranked.map(({ covered }) => covered));
    search.least ||= most < 1 ? most / 2 : 1;
    const found = ranked.filter(({ covered }) => covered && covered >= search.least);
    search.results.push(...found.sort((a, b) => b.covered - a.covered || b.score - a.score || b.number - a.number));
    search.pages = search.pages.filter(({ covered }) => covered >= search.least);
    search.more = search.pages.length > 0;
    return found;
  }

  /** Return the pages that may have at least so much of the terms: their numbers, the most promising first. */
  #candidates(terms, scores, least) {
    const numbers = new Set(scores.flatMap((pages) => [...pages.keys()]));
    const pages = [...numbers].map((number) => ({ number, covered: share(terms, (i) => scores[i].has(number)) }));
    const promising = pages.filter(({ covered }) => covered >= least);
    for (const page of promising) page.promise = this.#promise(page.number, terms, scores);
    return promising.sort((a, b) => b.covered - a.covered || b.promise - a.promise || b.number - a.number);
  }

  #promise(number, terms, scores) {
    const titled = terms.filter((term) => matches(this.pages[number].words, term, this.pages[number].language).length).length;
    return scores.reduce((sum, pages) => sum + (pages.get(number) ?? 0), 8 * titled);
  }

  /** Return for each term: page → the least weight of its grams there. */
  scores(terms) {
    return Promise.all(terms.map((term) => (term.any ? this.#ofAny(term.any) : this.#ofTerm(term))));
  }

  async #ofAny(terms) {
    const best = new Map();
    for (const pages of await this.scores(terms)) {
      for (const [number, weight] of pages) best.set(number, Math.max(best.get(number) ?? 0, weight));
    }
    return best;
  }

  async #ofTerm(term) {
    const lists = await Promise.all(term.grams.map((range) => this.#postings(range)));
    const least = new Map();
    for (const number of new Set(lists.flatMap((list) => [...list.keys()]))) {
      const missing = [...lists.keys()].filter((i) => !lists[i].has(number));
      if (missing.length && missing.at(-1) - missing[0] >= term.spare) continue; // a space takes grams beside each other
      least.set(number, Math.min(...lists.map((list) => list.get(number) ?? 7)));
    }
    return least;
  }

  /** Return page → weight for the grams from `first` to `last`. */
  async #postings([first, last]) {
    const pages = new Map();
    const after = this.shards.findIndex((start) => start > last);
    const end = after < 0 ? this.shards.length : after;
    for (let i = end - 1; i >= 0; i--) {
      const shard = await this.load(`grams/${i}.json`, this.version);
      const grams = first === last ? [first] : Object.keys(shard).filter((gram) => gram >= first && gram <= last);
      for (const gram of grams) {
        let number = 0;
        for (const value of Object.hasOwn(shard, gram) ? shard[gram] : []) {
          number += value >> 3;
          pages.set(number, Math.max(pages.get(number) ?? 0, value & 7));
        }
      }
      if (this.shards[i] <= first) break;
    }
    return pages;
  }

  async #sections(page) {
    const sections = await this.load(`pages/${page.url.replace(/\.html$/, "")}.json`, page.version);
    return (page.sections ??= sections.map(([anchor, ...fields]) => [anchor, ...fields.map((field) => new Text(field))]));
  }

  /** Fetch a file, once. */
  load(name, version) {
    const file = this.#files.get(name) ?? this.#read(name, version);
    this.#files.set(name, file);
    file.catch(() => this.#files.delete(name)); // tried again next time
    return file;
  }
}
