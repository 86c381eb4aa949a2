// A small network in the browser: its weights, a drawing as its training images were prepared, and its answer. No page in it.

const FILLED = 20 / 28; // of the images of MNIST: what their digits were scaled to fit
const MIDDLE = 14.5 / 28; // where their centres of mass lie, of all 60,000 on an average: half a pixel off
const FAINT = 0.2; // ink that the edges of a stroke leave, which are no part of its box

const ACTIVATIONS = {
  linear: (values) => values,
  relu: (values) => values.map((value) => Math.max(0, value)),
  sigmoid: (values) => values.map((value) => 1 / (1 + Math.exp(-value))),
  tanh: (values) => values.map(Math.tanh),
  softmax(values) {
    const highest = Math.max(...values);
    const powers = values.map((value) => Math.exp(value - highest));
    const sum = powers.reduce((one, other) => one + other);
    return powers.map((power) => power / sum);
  },
};

/** Return the layers of a network with their weights: float16, little-endian, of each layer its kernel row by row and its bias. */
export function readNetwork(buffer, { size, layers }) {
  const weights = unpack(buffer);
  let [inputs, at] = [size[0] * size[1], 0];
  const take = (length) => weights.subarray(at, (at += length));
  return layers.map(({ units, activation }) => {
    const layer = { kernel: take(inputs * units), bias: take(units), activate: ACTIVATIONS[activation] };
    inputs = units;
    return layer;
  });
}

/** Return float16 as float32, for browsers without Float16Array: the same bits, of a number that is 2 ** 112 smaller. */
export function unpack(buffer) {
  const halves = new Uint16Array(buffer);
  const bits = new Uint32Array(halves.length);
  const values = new Float32Array(bits.buffer);
  for (let i = 0; i < halves.length; i++) {
    bits[i] = ((halves[i] & 0x8000) << 16) | ((halves[i] & 0x7fff) << 13);
    values[i] *= 2 ** 112;
  }
  return values;
}

/** Return what the network gives for the values of an image, row by row. */
export function forward(network, image) {
  return network.reduce((values, { kernel, bias, activate }) => activate(dense(values, kernel, bias)), Float64Array.from(image));
}

function dense(values, kernel, bias) {
  const sums = Float64Array.from(bias);
  const units = sums.length;
  for (let i = 0; i < values.length; i++) {
    const [value, row] = [values[i], i * units];
    for (let unit = 0; unit < units; unit++) sums[unit] += value * kernel[row + unit];
  }
  return sums;
}

/** Return outputs as probabilities: a network may leave the softmax to its loss. */
export function toProbabilities(outputs, { activation }) {
  return activation === "softmax" || activation === "sigmoid" ? outputs : ACTIVATIONS.softmax(outputs);
}

/** Return ink (0 to 1, row by row) as MNIST was prepared, of `size`: scaled to fit, in its shape, and its centre of mass in the middle. */
export function prepare(ink, width, [rows, columns]) {
  const image = new Float32Array(rows * columns);
  const box = boxOf(ink, width);
  if (!box) return image;
  const { left, top, right, bottom } = box;
  const scale = FILLED * Math.min(columns / (right - left), rows / (bottom - top));
  const [x, y] = [columns * MIDDLE - box.x * scale, rows * MIDDLE - box.y * scale];
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const value = ink[row * width + column];
      if (value) spread(image, columns, value, x + column * scale, y + row * scale, scale);
    }
  }
  return image;
}

/** Return the box of ink and its centre of mass; null if there is none. */
function boxOf(ink, width) {
  let [left, top, right, bottom, mass, x, y] = [width, Infinity, 0, 0, 0, 0, 0];
  for (let row = 0, at = 0; at < ink.length; row++) {
    for (let column = 0; column < width; column++) {
      const value = ink[at++];
      if (value < FAINT) continue;
      left = Math.min(left, column);
      right = Math.max(right, column + 1);
      top = Math.min(top, row);
      bottom = row + 1;
      mass += value;
      x += value * (column + 0.5);
      y += value * (row + 0.5);
    }
  }
  return mass ? { left, top, right, bottom, x: x / mass, y: y / mass } : null;
}

/** Add a square of ink to all pixels that it lies on, to each as much as it covers: an average over areas. */
function spread(image, columns, value, x, y, side) {
  const rows = image.length / columns;
  for (let row = Math.max(0, Math.floor(y)); row < Math.min(rows, y + side); row++) {
    const height = Math.min(row + 1, y + side) - Math.max(row, y);
    for (let column = Math.max(0, Math.floor(x)); column < Math.min(columns, x + side); column++) {
      image[row * columns + column] += value * height * (Math.min(column + 1, x + side) - Math.max(column, x));
    }
  }
}
