// Answers for the images of a file with a network of the theme: `node try_network.mjs MODULE MODEL WEIGHTS IMAGES WIDTH`.
// Images are bytes, row by row. Those wider than the network's are drawings, which are prepared. Its outputs are float32.

import { readFileSync, writeFileSync } from "node:fs";

const [module, json, weights, file, width] = process.argv.slice(2);
const { forward, prepare, readNetwork } = await import(module);
const model = JSON.parse(json);
const bytes = (name) => new Uint8Array(readFileSync(name));
const network = readNetwork(bytes(weights).buffer, model);
const images = bytes(file);
const [rows, columns] = model.size;
const isDrawn = Number(width) !== columns;
const length = isDrawn ? width ** 2 : rows * columns;
const outputs = [];
for (let at = 0; at < images.length; at += length) {
  const ink = Float32Array.from(images.subarray(at, at + length), (value) => value / 255);
  const image = isDrawn ? prepare(ink, Number(width), model.size) : ink;
  outputs.push(...forward(network, image.map((value) => value * model.scale + model.offset)));
}
writeFileSync(1, new Uint8Array(Float32Array.from(outputs).buffer));
