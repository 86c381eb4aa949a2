// Marks what was searched for on the page that was found, without touching its elements.

const FRAMES = 3;

/** Mark every text of `?highlight=`, go to the first in the section of the address, and tidy the address. */
export function highlight(styles) {
  const address = new URL(location.href);
  const texts = address.searchParams.getAll("highlight").filter(Boolean);
  address.searchParams.delete("highlight");
  history.replaceState(history.state, "", address);
  const body = document.querySelector("[data-search-body]");
  if (!body || !texts.length || !globalThis.CSS?.highlights) return;
  const ranges = findRanges(body, texts);
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = styles;
  document.head.append(style);
  CSS.highlights.set("search", new Highlight(...ranges));
  document.addEventListener("keydown", (event) => event.key === "Escape" && CSS.highlights.delete("search"));
  reveal(ranges);
  // Until all is loaded and laid out, the browser itself goes to the section, and what comes late moves the text.
  if (document.readyState === "complete") revealInFrames(ranges, FRAMES);
  else addEventListener("load", () => revealInFrames(ranges, FRAMES));
}

/** Return the ranges of the texts in an element, also where they run over several elements, as in coloured code. */
export function findRanges(body, texts) {
  const nodes = [];
  let whole = "";
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    nodes.push([whole.length, walker.currentNode]);
    whole += walker.currentNode.data;
  }
  const escaped = texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replace(/\s+/g, "\\s+"));
  return [...whole.matchAll(new RegExp(escaped.join("|"), "giu"))].map((match) => {
    const range = new Range();
    range.setStart(...place(nodes, match.index));
    range.setEnd(...place(nodes, match.index + match[0].length - 1, 1));
    return range;
  });
}

function place(nodes, index, further = 0) {
  let [low, high] = [0, nodes.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (nodes[middle][0] <= index) low = middle;
    else high = middle - 1;
  }
  return [nodes[low][1], index - nodes[low][0] + further];
}

/** Look in each of the next frames: in the first one the browser may go to the section after its scripts have run. */
function revealInFrames(ranges, left) {
  requestAnimationFrame(() => {
    reveal(ranges);
    if (left > 1) revealInFrames(ranges, left - 1);
  });
}

/** Bring the first range of the section into view, unfolding what hides it. */
function reveal(ranges) {
  const section = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const range = ranges.find(({ startContainer }) => section?.contains(startContainer));
  if (!range) return;
  const element = range.startContainer.parentElement;
  for (let box = element.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  const { top, bottom } = range.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) element.scrollIntoView({ block: "center", behavior: "instant" });
}
