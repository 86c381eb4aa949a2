// Opens the search by button, `/` or Ctrl-K, and shows what was searched for on the page that was found.
"use strict";

{
  const script = document.currentScript.src;
  /** The other files have the version of this one, so that a browser never mixes two. */
  const at = (name) => new URL(name + new URL(script).search, script).href;
  const load = (name) => import(at(name));
  let dialog = null;

  /** The site's root: this script lies in `_static/` below it. */
  const root = new URL("..", script).href;

  /** Open the dialog, and search for what was typed elsewhere. */
  async function open(query = "") {
    dialog ??= Promise.all(["dialog", "index", "rank", "query", "languages"].map((part) => load(`search-${part}.js`)))
      .then(([{ createDialog }, { Index }]) => createDialog(root, at("search.css"), Index));
    try {
      (await dialog).show(query);
    } catch {
      dialog = null; // tried again next time
      alert(location.protocol === "file:" ? _("The search works only on a site that comes from a web server.") : _("The search could not be opened. Check your connection."));
    }
  }

  function isTyping(element) {
    return element.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName);
  }

  /** Offer to search for what the address of a page that is not there says: `/posts/2020-01-01-a_post.html`. */
  function searchForLost(form) {
    const name = location.pathname.split("/").filter(Boolean).pop() ?? "";
    const words = name.replace(/^\d{4}-\d\d-\d\d-|\.\w+$/g, "").replace(/[-_+.]+|%20/g, " ");
    try {
      form.words.value = decodeURIComponent(words);
    } catch {
      // It is no text: the reader knows better.
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      open(form.words.value);
    });
    form.hidden = false;
  }

  document.querySelectorAll("form.lost").forEach(searchForLost);
  document.getElementById("search-open")?.addEventListener("click", () => open());
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.defaultPrevented) return;
    const command = event.ctrlKey || event.metaKey;
    const isK = command && !event.shiftKey && (event.code === "KeyK" || event.key.toLowerCase() === "k"); // another letter on other keyboards
    const isSlash = !command && event.key === "/" && !isTyping(event.target);
    if (!isK && !isSlash) return;
    event.preventDefault();
    open();
  });

  if (new URLSearchParams(location.search).has("highlight")) load("search-highlight.js").then(({ highlight }) => highlight(at("search.css")));
}
