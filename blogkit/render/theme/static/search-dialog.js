// The search dialog: a field, what was found, and keys to walk through it.

const PAUSE = 120; // milliseconds after a key, so that a quick hand does not fetch for every letter
const MESSAGES = {
  idle: _("Part of a word is enough."),
  busy: _("Searching…"),
  none: _("No post found. Try fewer or other words."),
  failed: _("The search could not be loaded. Check your connection and try again."),
};

/** Build the dialog below the page; `root` is the site's address, `styles` that of its style sheet. Resolves when its style has come. */
export async function createDialog(root, styles, Index) {
  const dialog = new SearchDialog(root, Index);
  const style = element("link", { rel: "stylesheet", href: styles });
  const styled = new Promise((resolve) => ["load", "error"].forEach((name) => style.addEventListener(name, resolve)));
  document.head.append(style);
  document.body.append(dialog.box);
  await styled;
  return dialog;
}

class SearchDialog {
  constructor(root, Index) {
    this.root = root;
    this.index = new Index((name, version) => this.#fetch(name, version));
    this.turn = 0;
    this.input = element("input", {
      type: "text",
      inputmode: "search",
      enterkeyhint: "search",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      maxlength: 100,
      placeholder: _("Words to find"),
      "aria-label": _("Words to find"),
    });
    this.list = element("ol", { class: "search-results" });
    this.status = element("p", { class: "search-status", role: "status" }, MESSAGES.idle);
    this.more = element("button", { type: "button", class: "search-more", hidden: "" }, _("Show more"));
    const close = element("button", { type: "button", class: "search-close" }, _("Close"));
    const form = element("form", { class: "search-form", role: "search" }, this.input, close);
    const help = element("p", { class: "search-help", "aria-hidden": "true" });
    for (const [key, action] of [["↑↓", _("choose")], ["Enter", _("open")], ["Esc", _("close")]]) {
      help.append(element("kbd", {}, key), ` ${action} `);
    }
    const results = element("div", { class: "search-scroll" }, this.status, this.list, this.more);
    this.box = element("dialog", { id: "search", class: "search", "aria-label": _("Search the posts") }, form, results, help);
    close.addEventListener("click", () => this.box.close());
    form.addEventListener("submit", (event) => event.preventDefault());
    this.box.addEventListener("click", (event) => event.target === this.box && this.box.close());
    this.box.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("input", () => this.#typed());
    this.more.addEventListener("click", () => this.#showMore());
  }

  /** Open the dialog with a query, or the last one, selected, and fetch the list of pages. */
  show(query) {
    if (!this.box.open) this.box.showModal();
    if (query) this.search((this.input.value = query));
    this.input.focus();
    this.input.select();
    this.#ready().catch(() => this.#say(MESSAGES.failed));
  }

  #ready() {
    this.opened ??= this.index.open();
    this.opened.catch(() => (this.opened = null)); // tried again next time
    return this.opened;
  }

  // Half-typed syllables are searched, too: a composing Korean keyboard sends `input` for each stroke.
  #typed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(this.input.value), PAUSE);
  }

  /** Search and show what was found, unless another search has begun meanwhile. */
  search(query) {
    return (this.searching = this.#search(query));
  }

  async #search(query) {
    clearTimeout(this.timer);
    this.timer = null;
    const turn = ++this.turn;
    if (!query.trim()) return this.#show({ results: [], more: false }, MESSAGES.idle);
    if (!this.list.childElementCount) this.#say(MESSAGES.busy);
    try {
      await this.#ready();
      const found = await this.index.search(query);
      if (turn === this.turn) this.#show(found, said(found));
    } catch {
      if (turn === this.turn) this.#show({ results: [], more: false }, MESSAGES.failed);
    }
  }

  #show(found, message) {
    this.found = found;
    this.list.replaceChildren(...found.results.map((result) => this.#result(result)));
    this.list.parentElement.scrollTop = 0;
    this.more.hidden = !found.more;
    this.#say(message);
  }

  async #showMore() {
    const { found } = this;
    const results = await found.next().catch(() => null);
    if (found !== this.found) return;
    if (!results) return this.#say(MESSAGES.failed);
    const items = results.map((result) => this.#result(result));
    this.list.append(...items);
    this.more.hidden = !found.more;
    this.#say(said(found));
    items[0]?.querySelector("a").focus();
  }

  #result({ page, titled, sections, missing }) {
    const item = element("li", {});
    sections.forEach((section, order) => {
      const link = element("a", { href: this.#address(page, section) });
      if (!order) {
        const date = page.date ? element("time", { datetime: page.date }, day(page.date)) : "";
        link.append(element("span", { class: "search-title" }, ...marked(page.title, titled), date));
      }
      if (section.heading) link.append(element("span", { class: "search-section" }, ...marked(section.heading, section.headed)));
      const look = section.isCode ? "search-snippet search-code" : "search-snippet";
      if (section.snippet) link.append(element("span", { class: look }, ...marked(section.snippet, section.marks)));
      const lacking = order ? [] : missing.map(({ typed }) => typed);
      if (lacking.length) link.append(element("span", { class: "search-missing" }, _("Without: %s").replace("%s", () => lacking.join(", "))));
      item.append(link);
    });
    return item;
  }

  #address(page, section) {
    const address = new URL(page.url.split("/").map(encodeURIComponent).join("/").replace(/(^|\/)index\.html$/, "$1"), this.root);
    for (const word of section.words) address.searchParams.append("highlight", word);
    address.hash = section.anchor;
    return address.href;
  }

  #key(event) {
    if (event.isComposing) return;
    const links = [...this.list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown") (links[at + 1] ?? (this.more.hidden ? links.at(-1) : this.more))?.focus();
    else if (event.key === "ArrowUp" && document.activeElement === this.more) links.at(-1)?.focus();
    else if (event.key === "ArrowUp") (links[at - 1] ?? this.input).focus();
    else if (event.key === "Enter" && document.activeElement === this.input) this.#openFirst();
    else return;
    event.preventDefault();
  }

  async #openFirst() {
    if (this.timer) this.search(this.input.value);
    await this.searching; // what stands there may be of the query before
    this.list.querySelector("a")?.click();
  }

  async #fetch(name, version) {
    const address = new URL(`search/${name.split("/").map(encodeURIComponent).join("/")}`, this.root);
    if (version) address.searchParams.set("v", version);
    const response = await fetch(address, version ? {} : { cache: "no-cache" });
    if (!response.ok) throw new Error(`${response.status} ${address}`);
    return response.json();
  }

  #say(message) {
    this.status.textContent = message;
  }
}

function count({ results, more }) {
  const all = ngettext("%s post found.", "%s posts found.", results.length);
  const some = ngettext("%s post found, and there are more.", "%s posts found, and there are more.", results.length);
  return (more ? some : all).replace("%s", results.length);
}

/** Say which words were read as others, which are nowhere, and how many posts were found. */
function said(found) {
  const { corrected = [], unknown = [], results } = found;
  if (!results.length) return MESSAGES.none;
  const parts = corrected.map(([typed, shown]) => {
    const words = [typed, shown];
    return _("Nothing found for “%s”; shown: “%s”.").replace(/%s/g, () => words.shift());
  });
  if (unknown.length) parts.push(_("Not found: %s.").replace("%s", () => unknown.map((word) => `“${word}”`).join(", ")));
  if (results[0].missing.some(({ typed }) => !unknown.includes(typed))) parts.push(_("No post has all words."));
  return [...parts, count(found)].join(" ");
}

/** Write a date as the language of the page does; the day is that where the blog is. */
function day(date) {
  const midnight = new Date(`${date.slice(0, 10)}T00:00Z`);
  return midnight.toLocaleDateString(document.documentElement.lang, { dateStyle: "medium", timeZone: "UTC" });
}

/** Cut a text into what is marked and what is not. */
function marked(text, marks) {
  const parts = [];
  let done = 0;
  for (const [start, end] of [...marks].sort(([one], [other]) => one - other)) {
    if (start < done) continue; // inside another one
    parts.push(text.slice(done, start), element("mark", {}, text.slice(start, end)));
    done = end;
  }
  return [...parts, text.slice(done)];
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
