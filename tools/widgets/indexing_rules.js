// What stands between the brackets, and what it picks: pure functions, no page.
// x holds 0, 1, 2, … row by row, so every element says at which place in memory it lies.

import { contiguousStrides, elements, memoryOffset, positions, written } from "./shapes.js";

const MOST_ITEMS = 8;
const HOW = "Type what may stand in x[…]: ints, slices, None, ..., lists, or x > 5.";

// --- reading what was typed --------------------------------------------------------------------

// "1:, ::2" or "x[1:, ::2]": { items, text } or { error: a sentence }.
export function parseIndex(typed) {
  const text = bare(typed);
  if (text === null) return { error: "A bracket is open or closed once too often." };
  if (text === "") return { error: "Something must stand between the brackets, such as 0 or 1:." };
  if (text === "()") return { items: [], text };
  const inside = enclosed(text, "(", ")") ? text.slice(1, -1).trim() : text;
  const pieces = split(inside);
  const comma = pieces.length > 1 && pieces.at(-1) === "";
  if (comma) pieces.pop();
  if (pieces.length > MOST_ITEMS) return { error: `That are ${pieces.length} items. Up to ${MOST_ITEMS} are read here.` };
  const items = pieces.map(parseItem);
  const wrong = items.find((item) => item.error);
  if (wrong) return wrong;
  if (items.filter((item) => item.kind === "ellipsis").length > 1) return { error: "Write ... once: the first one stands for all that is missing." };
  if (items.length === 1 && !comma && items[0].nested) return { items: items[0].nested.map(parseItem), text };
  return { items, text };
}

function bare(typed) {
  const text = typed.trim();
  let depth = 0;
  for (const sign of text) {
    if ("([".includes(sign)) depth++;
    if (")]".includes(sign) && --depth < 0) return null;
  }
  if (depth) return null;
  return /^x\s*\[/.test(text) && enclosed(text.replace(/^x\s*/, ""), "[", "]") ? text.replace(/^x\s*\[/, "").slice(0, -1).trim() : text;
}

// Whether the first sign is a bracket that the last one closes.
function enclosed(text, open, close) {
  if (text[0] !== open || text.at(-1) !== close) return false;
  let depth = 0;
  for (let k = 0; k < text.length; k++) {
    if ("([".includes(text[k])) depth++;
    if (")]".includes(text[k]) && --depth === 0) return k === text.length - 1;
  }
  return false;
}

// The pieces between those commas that stand in no bracket of their own.
function split(text) {
  const pieces = [""];
  let depth = 0;
  for (const sign of text) {
    if ("([".includes(sign)) depth++;
    if (")]".includes(sign)) depth--;
    if (sign === "," && depth === 0) pieces.push("");
    else pieces[pieces.length - 1] += sign;
  }
  return pieces.map((piece) => piece.trim());
}

const WHOLE = "([+-]?\\d+)";
const SLICE = new RegExp(`^${WHOLE}?\\s*:\\s*${WHOLE}?\\s*(?::\\s*${WHOLE}?)?$`);
const COMPARE = /^x\s*(?:%\s*(\d+)\s*)?(>=|<=|==|!=|>|<)\s*([+-]?\d+(?:\.\d+)?)$/;

function parseItem(piece) {
  const text = enclosed(piece, "(", ")") && !piece.includes(",") ? piece.slice(1, -1).trim() : piece;
  if (text === "") return { error: "There is nothing between two commas. Type a colon to keep a dimension whole." };
  if (text === "..." || text === "Ellipsis") return { kind: "ellipsis", text: "..." };
  if (text === "None") return { kind: "none", text };
  if (text === "True" || text === "False") return { error: "A single True or False makes a new dimension, which hardly anybody means. Lists of them are masks." };
  if (/^[+-]?\d+$/.test(text)) return { kind: "int", text, value: Number(text) };
  const slice = SLICE.exec(text);
  if (slice) return { kind: "slice", text, ends: slice.slice(1, 4).map((end) => (end === undefined ? null : Number(end))) };
  const compared = COMPARE.exec(text);
  if (compared) return { kind: "compare", text, modulus: compared[1] ? Number(compared[1]) : null, sign: compared[2], value: Number(compared[3]) };
  const tensor = /^torch\.tensor\s*\((.*)\)$/s.exec(text);
  const data = tensor ? tensor[1].trim() : text;
  if (enclosed(data, "[", "]")) return parseList(data, text, Boolean(tensor));
  if (tensor && /^[+-]?\d+$/.test(data)) return { kind: "int", text, value: Number(data) };
  if (/^[+-]?\d*\.\d*$/.test(text)) return { error: `${text} is not a whole number. Positions are counted: 0, 1, 2, …` };
  return { error: `“${short(text)}” is not understood. ${HOW}` };
}

function parseList(data, text, isTensor) {
  let value;
  try {
    value = JSON.parse(data.replace(/True/g, "true").replace(/False/g, "false").replace(/\+(\d)/g, "$1").replace(/,\s*\]/g, "]"));
  } catch {
    return { error: `“${short(data)}” is no list of positions or of True and False. ${HOW}` };
  }
  const shape = [];
  for (let level = value; Array.isArray(level); level = level[0]) shape.push(level.length);
  const flat = value.flat(Infinity);
  const rectangular = (level, depth) => (depth === shape.length ? !Array.isArray(level)
    : Array.isArray(level) && level.length === shape[depth] && level.every((each) => rectangular(each, depth + 1)));
  if (!rectangular(value, 0)) return { error: `The rows of ${short(data)} are not equally long.` };
  const nested = !isTensor && shape.length > 1 ? split(data.slice(1, -1)) : null;
  if (flat.every((each) => typeof each === "boolean") && flat.length) return { kind: "mask", text, shape, values: flat, nested };
  if (flat.every(Number.isInteger)) return { kind: "list", text, shape, values: flat, nested };
  return { error: `${short(data)} mixes what does not go together. Positions are whole numbers, masks are True and False.` };
}

function short(text) {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}

// --- what it picks -----------------------------------------------------------------------------

class Refused extends Error {
  constructor(type, message) {
    super(message);
    this.type = type;
  }
}

// { isView, shape, strides, offset, places, steps } or { refused: { type, message } } as PyTorch has it.
// places: where each element of the result lies in x's memory, row by row.
export function evaluate(shape, items) {
  try {
    return picked(shape, completed(shape, items));
  } catch (error) {
    if (error instanceof Refused) return { refused: { type: error.type, message: error.message } };
    throw error;
  }
}

function dimsOf(item, shape) {
  if (item.kind === "none" || item.kind === "ellipsis") return 0;
  if (item.kind === "compare") return shape.length;
  return item.kind === "mask" ? item.shape.length : 1;
}

// The items with a slice for every dimension that nobody names.
function completed(shape, items) {
  const named = items.reduce((sum, item) => sum + dimsOf(item, shape), 0);
  if (named > shape.length) throw new Refused("IndexError", `too many indices for tensor of dimension ${shape.length}`);
  const rest = (instead) => Array.from({ length: shape.length - named }, () => ({ kind: "slice", text: ":", ends: [null, null, null], instead }));
  const at = items.findIndex((item) => item.kind === "ellipsis");
  if (at < 0) return [...items, ...rest("left out")];
  return [...items.slice(0, at), ...rest("..."), ...items.slice(at + 1)];
}

// { start, length, step } of a slice of n elements.
export function sliceWindow([start, stop, step], n) {
  if (step === 0) throw new Refused("ValueError", "slice step cannot be zero");
  if ((step ?? 1) < 1) throw new Refused("ValueError", "step must be greater than zero");
  const place = (end) => Math.min(Math.max(end < 0 ? end + n : end, 0), n);
  const first = place(start ?? 0);
  return { start: first, length: Math.max(Math.ceil((place(stop ?? n) - first) / (step ?? 1)), 0), step: step ?? 1 };
}

function picked(shape, items) {
  const own = contiguousStrides(shape);
  const dims = [];
  const steps = [];
  let offset = 0;
  let d = 0;
  let late = null; // PyTorch looks at masks and positions after everything else
  for (const item of items) {
    const n = shape[d];
    if (item.kind === "none") {
      dims.push({ size: 1, stride: d < shape.length ? shape[d] * own[d] : 1 });
      steps.push("None: a new dimension of length 1. Nothing moves.");
    } else if (item.kind === "int") {
      const i = checked(item.value, n, d);
      offset += i * own[d];
      steps.push(`${item.text} for dim ${d}: the dimension goes, and the start moves by ${i} × ${own[d]} = ${i * own[d]}.`);
      d++;
    } else if (item.kind === "slice") {
      const { start, length, step } = sliceWindow(item.ends, n);
      dims.push({ size: length, stride: step * own[d] });
      offset += start * own[d];
      steps.push(item.instead
        ? `dim ${d} ${item.instead === "..." ? "is meant by ..." : "is left out"}, so all of it stays: length ${n}, stride ${own[d]}.`
        : `${item.text} for dim ${d}: ${length} from number ${start}${step > 1 ? `, every ${ordinal(step)}` : ""}. Length ${length}, stride ${step} × ${own[d]} = ${step * own[d]}, and the start moves by ${start} × ${own[d]} = ${start * own[d]}.`);
      d++;
    } else if (dimsOf(item, shape) === 0) {
      // The mask of a 0-d tensor: one truth value, a new dimension of length 1 or 0.
      const values = ask(item, 0) ? [0] : [];
      dims.push({ size: 1, stride: 1, pick: { shape: [values.length], values }, source: d });
      steps.push(`${item.text} is one truth value: a new dimension of length ${values.length}. A copy.`);
    } else {
      late ??= misfit(item, shape, d);
      const columns = item.kind === "list" ? [item] : trueColumns(item, shape);
      columns.forEach((column, k) => {
        dims.push({ size: shape[d + k], stride: own[d + k], pick: { shape: column.shape, values: column.values }, source: d + k });
      });
      steps.push(...told(item, columns, d));
      d += columns.length;
    }
  }
  if (late) throw late;
  return { steps, ...(dims.some((dim) => dim.pick) ? copied(dims, offset) : viewed(dims, offset)) };
}

function ordinal(n) {
  return `${n}${n % 10 === 2 && n !== 12 ? "nd" : n % 10 === 3 && n !== 13 ? "rd" : "th"}`;
}

function checked(i, n, d) {
  if (i < -n || i >= n) throw new Refused("IndexError", `index ${i} is out of bounds for dimension ${d} with size ${n}`);
  return i < 0 ? i + n : i;
}

const ASK = {
  ">": (a, b) => a > b, ">=": (a, b) => a >= b, "<": (a, b) => a < b, "<=": (a, b) => a <= b,
  "==": (a, b) => a === b, "!=": (a, b) => a !== b,
};

// Whether a comparison is true of the element that holds `value`.
function ask(item, value) {
  return ASK[item.sign](item.modulus ? value % item.modulus : value, item.value);
}

// What is wrong with a mask whose shape is not that of the dims it stands for.
function misfit(item, shape, d) {
  const here = maskShape(item, shape);
  if (item.kind === "list" || here.join() === shape.slice(d, d + here.length).join()) return null;
  const list = (sizes) => `[${sizes.join(", ")}]`;
  return new Refused("IndexError", `The shape of the mask ${list(here)} at index 0 does not match the shape of the indexed tensor ${list(shape)} at index ${d}`);
}

function maskShape(item, shape) {
  return item.kind === "compare" ? shape : item.shape;
}

// A mask as one vector of positions for each of its dimensions.
function trueColumns(item, shape) {
  const here = maskShape(item, shape);
  const found = positions(here).filter((_, k) => (item.kind === "mask" ? item.values[k] : ask(item, k)));
  return here.map((_, dim) => ({ shape: [found.length], values: found.map((position) => position[dim]) }));
}

function told(item, columns, d) {
  if (item.kind === "list") return [`${item.text} for dim ${d}: positions, in their order, as often as they are named. No stride leads there: a copy.`];
  const many = columns[0]?.values.length ?? 0;
  const lists = columns.map(({ values }) => `[${values.join(", ")}]`).join(", ");
  const over = columns.length === 1 ? `dim ${d}` : `dims ${d} to ${d + columns.length - 1}`;
  return [`${item.text} is a mask over ${over}, True ${many === 1 ? "once" : `${many} times`}. It stands for the positions ${short(lists)}: a copy.`];
}

function viewed(dims, offset) {
  const shape = dims.map(({ size }) => size);
  const strides = dims.map(({ stride }) => stride);
  const places = positions(shape).map((position) => offset + memoryOffset(position, strides));
  return { isView: true, shape, strides, offset, places };
}

function copied(dims, offset) {
  const chosen = dims.flatMap(({ pick }, k) => (pick ? [k] : []));
  const common = broadcast(chosen.map((k) => dims[k].pick.shape));
  // What positions pick stands in their place, or in front if something stands between them.
  const neighbours = chosen.at(-1) - chosen[0] + 1 === chosen.length;
  const first = neighbours ? chosen[0] : 0;
  const others = dims.flatMap(({ pick }, k) => (pick ? [] : [k]));
  const before = others.filter((_, place) => place < first);
  const after = others.filter((_, place) => place >= first);
  const sizes = (ks) => ks.map((k) => dims[k].size);
  const shape = [...sizes(before), ...common, ...sizes(after)];
  for (const { pick, size, source } of dims) {
    // Where nothing is read, PyTorch does not look at the positions.
    if (pick && !shape.includes(0)) pick.values = pick.values.map((i) => checked(i, size, source));
  }
  const places = positions(shape).map((position) => {
    const inner = position.slice(before.length, before.length + common.length);
    let place = offset;
    before.forEach((k, at) => { place += position[at] * dims[k].stride; });
    after.forEach((k, at) => { place += position[before.length + common.length + at] * dims[k].stride; });
    for (const k of chosen) {
      const { shape: own, values } = dims[k].pick;
      const index = own.map((size, dim) => (size === 1 ? 0 : inner[common.length - own.length + dim]));
      place += values[memoryOffset(index, contiguousStrides(own))] * dims[k].stride;
    }
    return place;
  });
  return { isView: false, shape, strides: contiguousStrides(shape), offset: 0, places };
}

function broadcast(shapes) {
  const width = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: width }, (_, k) => {
    const column = shapes.map((shape) => shape.at(k - width) ?? 1).map((n, s) => (k - width < -shapes[s].length ? 1 : n));
    const sizes = [...new Set(column.filter((n) => n !== 1))];
    if (sizes.length > 1) {
      const lists = shapes.map((shape) => `[${shape.join(", ")}]`).join(", ");
      throw new Refused("IndexError", `shape mismatch: indexing tensors could not be broadcast together with shapes ${lists}`);
    }
    return sizes[0] ?? 1;
  });
}

// --- in words ----------------------------------------------------------------------------------

// The outcome in one sentence; `indexing.py` says the same.
export function indexVerdict(text, outcome) {
  if (outcome.refused) return `x[${text}] fails`;
  const { isView, shape, strides, offset } = outcome;
  const kind = isView ? "a view" : "a copy";
  const where = isView ? `strides ${written(strides)}, offset ${offset}` : `strides ${written(strides)}, in new memory`;
  return `x[${text}] is ${kind} of shape ${written(shape)}, ${where}`;
}

// How an element of x is called: "x[1, 2]".
export function nameOf(tensor, place, shape) {
  const index = contiguousStrides(shape).map((step, dim) => Math.floor(place / step) % shape[dim]);
  return index.length ? `${tensor}[${index.join(", ")}]` : tensor;
}

// What is told about the element at `place` of x, which the result reads `times` times.
export function readersWords(name, times) {
  if (times === 0) return `${name} is not picked. Backward leaves its gradient 0.`;
  if (times === 1) return `${name} is picked once. Backward puts one gradient there.`;
  return `${name} is picked ${times} times. Backward adds ${times} gradients up there.`;
}

export function count(shape) {
  return Number(elements(shape));
}
