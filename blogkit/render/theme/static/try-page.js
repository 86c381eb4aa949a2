// The place where a reader tries a model: a sheet to draw on, what the network sees, its answer, samples to pick.

import { forward, prepare, readNetwork, toProbabilities } from "./try-network.js";

const SIDE = 280; // of the sheet; lines are as thick beside it as in MNIST
const PEN = 20;
const [SHOWN, READ] = [2 * SIDE, SIDE / 2]; // pixels: what readers see is fine, what the network gets is read fast

/** Fetch a model and put its parts into the page. */
export async function open(place) {
  const model = JSON.parse(place.dataset.try);
  const [weights, samples] = await Promise.all([fetchWeights(model), model.samples && loadSamples(model)]);
  const trial = new Trial(model, readNetwork(weights, model), samples);
  if (samples && model.confusion) {
    const { matrix } = await import("./try-matrix.js");
    trial.box.append(matrix(model, (numbers) => trial.tiles(numbers)));
  }
  place.prepend(trial.box);
  place.classList.add("ready");
}

async function fetchWeights({ weights }) {
  const answer = await fetch(weights);
  if (!answer.ok) throw new Error(answer.status);
  return answer.arrayBuffer();
}

/** Return what draws a sample, by its number, onto a context. */
async function loadSamples({ samples, size: [height, width] }) {
  const sheet = Object.assign(new Image(), { src: samples.file });
  await sheet.decode();
  const across = sheet.naturalWidth / width;
  return (number, context) => {
    const [x, y] = [(number % across) * width, Math.floor(number / across) * height];
    context.drawImage(sheet, x, y, width, height, 0, 0, width, height);
  };
}

class Trial {
  constructor(model, network, draw) {
    Object.assign(this, { model, network, draw, pointer: null, last: null, awaited: 0 });
    const [height, width] = model.size;
    this.percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
    this.sheet = element("canvas", { width: SHOWN, height: SHOWN, role: "img", "aria-label": _("Draw here, with a finger, a pen or the mouse") });
    this.seen = element("canvas", { width, height, role: "img", "aria-label": _("What the network sees") });
    this.bars = element("ol", { class: "bars", "aria-label": _("How sure the network is") }, ...model.labels.map((label) => element("li", {}, element("b", {}, label), element("i"), element("span"))));
    this.said = element("p", { class: "said", role: "status" });
    const clear = button(_("Clear"), () => this.clear());
    const side = element("div", { class: "side" }, element("p", {}, _("What the network sees")), element("div", { class: "ground" }, this.seen), clear);
    this.box = element("div", { class: "tryout" }, element("div", { class: "desk" }, element("div", { class: "paper" }, this.sheet), side, this.bars), this.said);
    this.read = element("canvas", { width: READ, height: READ }).getContext("2d", { willReadFrequently: true });
    this.pens = [this.sheet.getContext("2d"), this.read];
    for (const pen of this.pens) {
      pen.scale(pen.canvas.width / SIDE, pen.canvas.width / SIDE);
      Object.assign(pen, { lineWidth: PEN, lineCap: "round", strokeStyle: "white", imageSmoothingEnabled: false });
    }
    this.sheet.addEventListener("pointerdown", (event) => this.#begin(event));
    this.sheet.addEventListener("pointermove", (event) => this.#go(event));
    for (const name of ["pointerup", "pointercancel"]) this.sheet.addEventListener(name, (event) => this.#end(event));
    if (draw) this.box.append(this.#samples());
    this.#answer(prepare(new Float32Array(READ ** 2).fill(1), READ, model.size)); // the first time takes longest
    this.clear();
  }

  /** Begin anew. */
  clear() {
    for (const pen of this.pens) pen.clearRect(0, 0, SIDE, SIDE);
    this.isSample = false;
    this.#answer(null);
    this.said.textContent = this.draw ? _("Draw, or pick a sample below.") : _("Draw.");
  }

  #begin(event) {
    if (event.button || this.pointer !== null) return; // a palm or another finger draws nothing
    event.preventDefault();
    if (this.isSample) this.clear();
    this.pointer = event.pointerId;
    this.sheet.setPointerCapture(event.pointerId);
    this.#go(event);
  }

  #go(event) {
    if (event.pointerId !== this.pointer) return;
    const { left, top, width } = this.sheet.getBoundingClientRect();
    const strokes = event.getCoalescedEvents?.() ?? [];
    for (const { clientX, clientY } of strokes.length ? strokes : [event]) {
      const point = [((clientX - left) * SIDE) / width, ((clientY - top) * SIDE) / width];
      const [x, y] = this.last ?? [point[0] - 0.01, point[1]]; // a line of no length would leave no dot
      for (const pen of this.pens) {
        pen.beginPath();
        pen.moveTo(x, y);
        pen.lineTo(...point);
        pen.stroke();
      }
      this.last = point;
    }
    this.awaited ||= requestAnimationFrame(() => this.#look());
  }

  #end(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = this.last = null;
    cancelAnimationFrame(this.awaited);
    this.#say(this.#look());
  }

  /** Answer to what is drawn. */
  #look() {
    this.awaited = 0;
    return this.#answer(prepare(ink(this.read, 3), READ, this.model.size));
  }

  /** Show what the network sees and how sure it is; return its answer, null for an empty sheet. */
  #answer(image) {
    const context = this.seen.getContext("2d");
    const [height, width] = this.model.size;
    const shown = context.createImageData(width, height);
    image?.forEach((value, at) => shown.data.set([255, 255, 255, 255 * Math.min(1, value)], 4 * at));
    context.putImageData(shown, 0, 0);
    const { layers, scale, offset } = this.model;
    const outputs = image?.some(Boolean) ? toProbabilities(forward(this.network, image.map((value) => value * scale + offset)), layers.at(-1)) : null;
    const best = outputs?.indexOf(Math.max(...outputs)) ?? -1;
    [...this.bars.children].forEach((bar, label) => {
      bar.classList.toggle("best", label === best);
      bar.style.setProperty("--sure", outputs?.[label] ?? 0);
      bar.lastChild.textContent = outputs ? this.percent.format(outputs[label]) : "";
    });
    return outputs && { label: this.model.labels[best], sure: this.percent.format(outputs[best]) };
  }

  #say(answer, before = "") {
    const said = answer ? filled(_("The network says {label}, {sure} sure."), answer) : "";
    this.said.textContent = `${before} ${said}`.trim();
  }

  /** Show a sample on the sheet, as it was given to the network. */
  #pick(number) {
    const [height, width] = this.model.size;
    const context = element("canvas", { width, height }).getContext("2d");
    this.draw(number, context);
    const image = ink(context, 0);
    this.clear();
    this.isSample = true;
    const answer = this.#answer(image);
    this.pens[0].drawImage(this.seen, 0, 0, SIDE, SIDE);
    this.#say(answer, filled(_("It is {label}."), { label: this.#label("answers", number) }));
  }

  #label(kind, number) {
    return this.model.labels[this.model.samples[kind][number]];
  }

  /** Return buttons of samples. */
  tiles(numbers) {
    const [height, width] = this.model.size;
    return numbers.map((number) => {
      const tile = element("canvas", { width, height });
      this.draw(number, tile.getContext("2d"));
      const [answer, said] = [this.#label("answers", number), this.#label("predictions", number)];
      const name = filled(answer === said ? _("{answer}, read right") : _("{answer}, read as {said}"), { answer, said });
      const made = button("", () => this.#pick(number), { class: answer === said ? "tile" : "tile wrong", "aria-label": name, title: name });
      made.append(tile);
      return made;
    });
  }

  /** Return two rows of samples: one of each label that was read right, and one that was not. */
  #samples() {
    const { answers, predictions } = this.model.samples;
    const found = { right: new Map(), wrong: new Map() };
    answers.forEach((answer, number) => {
      const kind = found[answer === predictions[number] ? "right" : "wrong"];
      if (!kind.has(answer)) kind.set(answer, number);
    });
    const tiles = (kind) => element("div", { class: "tiles-row" }, ...this.tiles([...found[kind].values()]));
    const row = (text, kind) => element("div", { role: "group", "aria-label": text }, element("p", {}, text), tiles(kind));
    return element("div", { class: "samples" }, row(_("Samples that it reads right"), "right"), row(_("Samples that it reads wrong"), "wrong"));
  }
}

/** Return a channel of a canvas as ink, 0 to 1, row by row: 3 of what is drawn, 0 of a sample. */
function ink(context, channel) {
  const { data } = context.getImageData(0, 0, context.canvas.width, context.canvas.height);
  const values = new Float32Array(data.length / 4);
  for (let at = 0; at < values.length; at++) values[at] = data[4 * at + channel] / 255; // Float32Array.from is slow
  return values;
}

/** Return a text with words in its places. */
export function filled(text, words) {
  return text.replace(/{(\w+)}/g, (_all, word) => words[word]);
}

export function button(text, action, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", action);
  return made;
}

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
