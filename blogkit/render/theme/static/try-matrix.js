// The table of right answers and those of the network: a cell shows the samples that fell there.

import { button, element, filled } from "./try-page.js";

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** Return the table; `tiles` makes buttons of samples, which are given by number. */
export function matrix({ labels, confusion, samples: { answers, predictions } }, tiles) {
  const most = Math.max(1, ...confusion.flatMap((row, i) => row.filter((_count, j) => j !== i)));
  const [told, shown] = [element("p", { role: "status" }), element("div", { class: "tiles-row" })];
  const cells = [];
  const show = (cell) => {
    const [i, j] = cell.place;
    const numbers = answers.flatMap((answer, number) => (answer === i && predictions[number] === j ? [number] : []));
    for (const each of cells) each.setAttribute("aria-pressed", String(each === cell));
    const number = _("Shown: {number}").replace("{number}", numbers.length);
    told.textContent = `${cell.ariaLabel}. ${number}`;
    shown.replaceChildren(...tiles(numbers));
  };
  const field = (count, i, j) => {
    const made = element("td", { class: i === j ? "hit" : "" });
    if (!count) return made;
    const name = _("{count} of {answer}, read as {said}");
    const words = { count, answer: labels[i], said: labels[j] };
    const cell = button(String(count), () => show(cell), { "aria-pressed": "false", tabindex: cells.length ? "-1" : "0" });
    cell.ariaLabel = filled(name, words);
    cells.push(Object.assign(cell, { place: [i, j] }));
    made.style.setProperty("--heat", i === j ? 0 : Math.sqrt(count / most));
    made.append(cell);
    return made;
  };
  const head = element("tr", {}, element("td"), ...labels.map((label) => element("th", { scope: "col" }, label)));
  const rows = confusion.map((counts, i) => element("tr", {}, element("th", { scope: "row" }, labels[i]), ...counts.map((count, j) => field(count, i, j))));
  const caption = _("Rows: the right answers. Columns: what the network read. Choose a cell to see its samples; arrow keys walk.");
  const table = element("table", { class: "confusion" }, element("caption", {}, caption), element("thead", {}, head), element("tbody", {}, ...rows));
  table.addEventListener("keydown", (event) => walk(event, cells));
  return element("details", { class: "mistakes" }, element("summary", {}, _("Pick from the confusion matrix")), element("div", { class: "scroll" }, table), told, shown);
}

/** Let arrow keys walk over the cells that have samples, to the nearest in line. */
function walk(event, cells) {
  const step = STEPS[event.key];
  const from = cells.indexOf(event.target);
  if (!step || from < 0) return;
  event.preventDefault();
  const far = ({ place }) => {
    const [down, right] = place.map((at, axis) => at - cells[from].place[axis]);
    const ahead = down * step[0] + right * step[1];
    return ahead > 0 ? ahead + 100 * Math.abs(down * step[1] + right * step[0]) : Infinity;
  };
  const next = cells.reduce((best, cell) => (far(cell) < far(best) ? cell : best), cells[from]);
  for (const cell of cells) cell.tabIndex = cell === next ? 0 : -1;
  next.focus();
}
