// What search knows of languages: which spellings are alike, and which forms a word has. Scripts decide; the language of a page only where they do not.

export const CJK = "\\u3005-\\u3007\\u3040-\\u30ff\\u3130-\\u318f\\u3400-\\u9fff\\uac00-\\ud7a3\\uf900-\\ufaff";
const SCRIPTS = [/[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff]/, /[\u3130-\u318f\uac00-\ud7a3]/, /[\u30a1-\u30ff\uff66-\uff9f]/, /[\u3040-\u30a0]/];
const LETTER = /[\p{L}\p{N}]/u;

// Folding: the same steps as in search_folding.py. Each is [pattern, what stands there instead].
const OWN_LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", ħ: "h", ı: "i", ł: "l", þ: "th", ё: "е", ς: "σ", "’": "'", "‐": "-", "‑": "-" };
const LETTERS = [
  /[\u00c0-\u024f\u0370-\u03ff\u0401\u0451\u1e00-\u1fff\u2010\u2011\u2019]|[\u0300-\u036f]|[\uff66-\uff9d][\uff9e\uff9f]?|[\uff01-\uff65\ufb00-\ufb06]/g,
  ([unit]) => {
    if (unit >= "\ufb00") return unit.normalize("NFKC");
    const letters = unit.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
    return OWN_LETTERS[letters] ?? letters;
  },
];
const STEPS = [
  [/([\u30a1-\u30fc]{3})\u30fc(?![\u30a1-\u30fc])/g, ([, word]) => word],
  [/[\u30a1-\u30f6\u30fd\u30fe]/g, ([kana]) => String.fromCharCode(kana.charCodeAt(0) - 0x60)],
  [/([0-9]),(?=[0-9]{3}(?![0-9]))/g, ([, digit]) => digit],
  [/([0-9])\s*[x×]\s*(?=[0-9])/g, ([, digit]) => `${digit}x`],
];

/** A text as it is shown, `raw`, and as it is compared, `folded`. */
export class Text {
  #folded;
  #changes = [];

  constructor(raw) {
    this.raw = raw;
  }

  get folded() {
    return (this.#folded ??= this.#step(STEPS, this.#step([LETTERS], this.raw).toLowerCase()));
  }

  /** Return where a part of the folded text stands in the text: [start, end]. */
  range(start, end) {
    const place = (at) => this.#changes.reduceRight(before, at);
    return [place(start), Math.max(place(end), place(end - 1) + 1)];
  }

  #step(steps, text) {
    for (const [pattern, change] of steps) {
      const places = [];
      let [folded, done] = ["", 0];
      for (const match of text.matchAll(pattern)) {
        const instead = change(match);
        folded += text.slice(done, match.index);
        done = match.index + match[0].length;
        if (instead.length !== match[0].length) {
          for (let i = 0; i < instead.length; i++) places.push([folded.length + i, Math.min(match.index + i, done - 1)]);
          places.push([folded.length + instead.length, done]);
        }
        folded += instead;
      }
      if (places.length) this.#changes.push(places);
      text = folded + text.slice(done);
    }
    return text;
  }
}

/** Make alike what is to be found alike. */
export function fold(text) {
  return new Text(text.normalize("NFC")).folded;
}

/** Tell whether two characters may be of one word. */
export function joined(one, other) {
  return Boolean(one && other) && LETTER.test(one) && LETTER.test(other) && script(one) === script(other);
}

/** Return further forms of a word, as [stem, pattern of what follows it]: in Japanese by its kana, in Latin letters as `language` has them. */
export function forms(word, language) {
  if (SCRIPTS.some((one) => one.test(word.slice(-1)))) return language === "zh" ? chinese(word) : japanese(word);
  if (!/^\p{L}\p{M}?(?:\p{L}\p{M}?)+$/u.test(word)) return [];
  const spellings = respelled(word, language);
  return Object.hasOwn(ENDINGS, language) ? spellings.flatMap((text) => byEndings(text, ENDINGS[language])) : english(fold(word));
}

// European languages: endings of nouns, adjectives and regular verbs, as folded.
const ENDINGS = {
  de: "ern|en|er|em|es|e|n|s|te|ten|t",
  es: "o|a|os|as|e|es|s|ar|er|ir|ando|iendo|[ai]d[oa]s?|aron|an|en",
  fr: "s|x|al|aux|ee?s?|er|ez|ant|ent|ait|aient",
  it: "o|a|i|e|[aei]re|[aiu]t[oaie]|ando|endo",
  nl: "en|e|s|t|d|ten|den|te|de",
  pl: "a|y|i|e|ie|u|iu|o|ow|om|a?mi|ach|em|iem|owi|ia|ego|emu|ej|[yi]m|[yi]ch|[yi]mi|ac|al|ala|ali",
  pt: "o|a|os|as|e|es|s|ao|oes|aes|m|ns|ar|er|ir|ando|endo|indo|[ai]d[oa]s?|ou|am",
  ru: "а|я|ы|и|е|у|ю|о|ь|ой|ей|ом|ем|ам|ям|ами|ями|ах|ях|ов|ев|ого|его|ому|ему|[ыио]й|[ая]я|[ое]е|[ыи]е|[ыи]х|[ыи]ми?|[ую]ю|ть|ет|ют|л|ла|ли",
  tr: "(?:l[ae]r|n?[iu]n|[yns]?[iuae]|[dt][ae]n?|[iu]?m|yl[ae]|l[ae]|ki|ler[iu])+",
};

/** Return every part of at least four letters that may be the word's stem. */
function byEndings(word, endings) {
  const whole = new RegExp(`^(?:${endings})?$`);
  const lengths = [...word].map((_, i) => word.length - i).filter((length) => length > 3 && whole.test(word.slice(length)));
  return lengths.map((length) => [word.slice(0, length), `(?:${endings})?`]);
}

/** train, trains, trained, training; query, queries; code, coding; fit, fitted; matrix, matrices. */
function english(word) {
  const [stem, ending] = englishStem(word);
  return stem.length > 1 ? [[stem, ending]] : [];
}

function englishStem(word) {
  const found = (pattern) => word.match(pattern) ?? [];
  const oneSyllable = /^[^aeiou]*[aeiou][^aeiouwxy]$/;
  const [, plural] = found(/^(.{3,})(?:ices|ix|ex)$/);
  if (plural) return [plural, "(?:[ie]x(?:es)?|ices?)"];
  const [, ofY] = found(/^(.+[^aeiou])(?:y|ies|ied|ying)$/);
  if (ofY) return [ofY, "(?:y|ie[sd]?|ying)"];
  const [, verb] = found(/^(.*[aeiouy].*?)(?:ings?|ed)$/);
  const [, doubled, last] = verb?.match(/^(.+[aeiouy])([^aeiouy])\2$/) ?? [];
  if (doubled?.length > 1) return [doubled + last, `${last}?(?:s|ed|ings?)?`];
  if (verb?.length > 1) return [verb, oneSyllable.test(verb) ? "(?:e[sd]?|ings?)" : "(?:s|e[sd]?|ings?)?"];
  const [, hissed] = found(/^(.+(?:s|x|z|ch|sh))es$/);
  if (hissed) return [hissed, "(?:e[sd]?|ings?)?"];
  const one = word.replace(/([^s])s$/, "$1");
  if (one.length < 3) return [""];
  if (one.endsWith("e")) return [one.slice(0, -1), "(?:e[sd]?|ings?)"];
  const final = /[aeiou][^aeiouwxy]$/.test(one) ? one.slice(-1) + (oneSyllable.test(one) ? "" : "?") : "";
  return [one, `(?:e?s|${final}(?:ed|ings?))?`];
}

/** Return a word as folded; in German also with ue for ü or ü for ue. */
function respelled(word, language) {
  if (language !== "de") return [fold(word)];
  const marked = word.normalize("NFC").toLowerCase();
  const other = marked.replace(/[äöü]/g, (letter) => `${fold(letter)}e`);
  return [...new Set([fold(word), fold(other === marked ? marked.replace(/([aou])e/g, "$1") : other)])];
}

// Japanese: what is written in kanji, katakana or letters stays, and hiragana that follow it change.
const ROWS = ["わいうえおっ", "かきくけこいっ", "がぎぐげごい", "さしすせそ", "たちつてとっ", "なにぬねのん", "ばびぶべぼん", "まみむめもん", "らりるれろっ"];
const PARTICLES = /^(?:[をはがのにでとへも]|から|まで|より|では|には|とは)$/;

function japanese(word) {
  const [, stem, tail] = word.match(/^(.*[^\u3040-\u309f\uac00-\ud7a3])([\u3041-\u309f]+)$/u) ?? [];
  if (!stem || !/[\p{L}\p{N}]$/u.test(stem)) return [];
  const lone = SCRIPTS[0].test(stem.slice(-1)) && !SCRIPTS[0].test(stem.slice(-2, -1));
  if (!lone || PARTICLES.test(tail)) return [[fold(stem), ""]]; // 学習する, データを
  const row = ROWS.filter((kana) => kana.includes(tail[0])).join("");
  return row ? [[fold(stem), `[${row}]`]] : []; // 書く, 書いた
}

function chinese(word) {
  const [, stem] = word.match(/^(.{2,})[的了]$/u) ?? [];
  return stem ? [[fold(stem), ""]] : [];
}

/** Cut Japanese or Chinese into the words that carry its sense, or only where others stand between them; null if there is nothing to cut. */
export function cutWords(text, onlyBetween = false) {
  if (!globalThis.Intl?.Segmenter || !SCRIPTS.some((one) => one.test(text)) || SCRIPTS[1].test(text)) return null;
  const words = [...new Intl.Segmenter("ja", { granularity: "word" }).segment(text)].map(({ segment }) => segment);
  const carrying = words.map((word) => (LETTER.test(word) && !/^(?:[\u3040-\u309f]+|[的了])$/u.test(word) ? word : " "));
  const parts = carrying.join(onlyBetween ? "" : " ").split(" ").filter(Boolean);
  return parts.length > 1 ? parts : null;
}

// Korean: particles and endings follow the word, and syllables are composed of letters.
const PARTICLES_AND_ENDINGS = new RegExp(
  "^(.{2,}?)(?:께서|에게|에서|으로|까지|부터|보다|처럼|마다|이라는|라는|이란|이나|하[다는고기면여]|합니다|했습니다|했다|되[다는고기면]|" +
    "됩니다|입니다|이다|적인|[은는이가을를의에로와과랑도만나란한할된될인들])+$",
  "u",
);
export const FIRST = 0xac00;
const LAST = 0xd7a3;
export const INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
export const FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";
export const DOUBLE = { ㄳ: "ㄱㅅ", ㄵ: "ㄴㅈ", ㄶ: "ㄴㅎ", ㄺ: "ㄹㄱ", ㄻ: "ㄹㅁ", ㄼ: "ㄹㅂ", ㄽ: "ㄹㅅ", ㄾ: "ㄹㅌ", ㄿ: "ㄹㅍ", ㅀ: "ㄹㅎ", ㅄ: "ㅂㅅ" };

/** Remove the particles and endings of Korean. */
export function withoutParticles(word) {
  return word.replace(PARTICLES_AND_ENDINGS, "$1");
}

/** Remove the letters of a last syllable that has only begun: 학ㅅ. */
export function withoutBegun(word) {
  return word.replace(/([가-힣])[ㄱ-ㅣ]+$/u, "$1");
}

/** Return [text before, first, last syllable] of a last syllable that may still grow: 스 into 습, or give its end away: 핛 into 학스. */
export function growing(text) {
  const code = text.charCodeAt(text.length - 1);
  if (!(code >= FIRST && code <= LAST)) return null;
  const final = (code - FIRST) % 28;
  const before = text.slice(0, -1);
  if (!final) return [before, ...[code, code + 27].map((one) => String.fromCharCode(one))];
  const [stays, moves] = DOUBLE[FINALS[final]] ?? ` ${FINALS[final]}`;
  const first = FIRST + 588 * INITIALS.indexOf(moves);
  const kept = before + String.fromCharCode(code - final + FINALS.indexOf(stays));
  return [kept, ...[first, first + 587].map((one) => String.fromCharCode(one))];
}

function script(character) {
  return SCRIPTS.findIndex((one) => one.test(character));
}

function before(at, places) {
  let [low, high] = [-1, places.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (places[middle][0] <= at) low = middle;
    else high = middle - 1;
  }
  return low < 0 ? at : places[low][1] + at - places[low][0];
}
