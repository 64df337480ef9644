// How shapes meet: pure functions, no page. `shapes.py` is the twin that draws the still form.

export const MAX_DIMS = 8;
export const MAX_SIZE = 10 ** 12;
export const NAMES = ["a", "b", "c"];

// What somebody typed, "3, 1" or "(3, 1)" or "torch.Size([3, 1])": { shape } or { error: a sentence }.
export function parseShape(text) {
  const bare = text.trim().replace(/^torch\.Size/, "").replace(/^[\s([]+|[\s)\]]+$/g, "");
  if (/[()[\]]/.test(bare)) {
    return { error: "There is a bracket in the middle. Type one shape, such as 3, 1." };
  }
  const pieces = bare === "" ? [] : bare.replace(/,\s*$/, "").split(/\s*,\s*|\s+/);
  if (pieces.length > MAX_DIMS) {
    return { error: `That is ${pieces.length} dims. Up to ${MAX_DIMS} are shown here.` };
  }
  for (const piece of pieces) {
    const error = pieceError(piece);
    if (error) return { error };
  }
  return { shape: pieces.map(Number) };
}

function pieceError(piece) {
  const short = piece.length > 20 ? piece.slice(0, 20) + "…" : piece;
  if (piece === "") return "There is no size between two commas. Type sizes such as 3, 1.";
  if (/^[-−]\d+$/.test(piece)) return `${short} is negative. A size counts cells, so it is 0 or more.`;
  if (/^[-−+]?\d*\.\d*$/.test(piece)) return `${short} is not a whole number. A size counts cells.`;
  if (!/^\d+$/.test(piece)) return `“${short}” is not a number. Type sizes such as 3, 1.`;
  if (Number(piece) > MAX_SIZE) return `${short} is too large. Sizes here go up to ${grouped(MAX_SIZE)}.`;
  return null;
}

// A shape as Python writes the tuple.
export function written(shape) {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

export function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function elements(shape) {
  return shape.reduce((product, size) => product * BigInt(size), 1n);
}

// The size two sizes make, null if they clash: the whole rule.
export function meet(left, right) {
  if (left === right || right === 1) return left;
  return left === 1 ? right : null;
}

// Write shapes under each other from the right and let each column meet.
// columns: [{ dim, sizes (null: missing), size (null: clash) }]; result is null when there is a clash.
export function align(shapes) {
  const width = Math.max(...shapes.map((shape) => shape.length));
  const columns = [];
  for (let dim = -width; dim < 0; dim++) {
    const sizes = shapes.map((shape) => shape.at(dim) ?? null);
    const size = sizes.reduce((met, other) => (met === null ? null : meet(met, other ?? 1)), 1);
    columns.push({ dim, sizes, size });
  }
  const clash = firstClash(shapes);
  return { shapes, columns, clash, result: clash ? null : columns.map((column) => column.size) };
}

// PyTorch works out a + b before + c, and each step from the right.
function firstClash(shapes) {
  let soFar = shapes[0];
  let leftName = NAMES[0];
  for (let k = 1; k < shapes.length; k++) {
    const width = Math.max(soFar.length, shapes[k].length);
    const [left, right] = [soFar, shapes[k]].map((s) => [...Array(width - s.length).fill(1), ...s]);
    for (let dim = width - 1; dim >= 0; dim--) {
      if (meet(left[dim], right[dim]) === null) {
        return {
          dim, column: dim - width, left: left[dim], right: right[dim], leftName, rightName: NAMES[k],
        };
      }
    }
    soFar = left.map((size, dim) => meet(size, right[dim]));
    leftName = `${leftName} and ${NAMES[k]}`;
  }
  return null;
}

// Steps in memory, in elements, of a new tensor.
export function contiguousStrides(shape) {
  return shape.map((_, dim) => shape.slice(dim + 1).reduce((step, size) => step * Math.max(size, 1), 1));
}

// The strides `torch.empty(shape).expand(result)` has.
export function expandedStrides(shape, result) {
  if (shape.length === 0) return result.map(() => 0);
  const added = result.length - shape.length;
  const strides = contiguousStrides(shape).map((step, dim) => (shape[dim] === result[added + dim] ? step : 0));
  for (let dim = added - 1; dim >= 0; dim--) {
    // A new dim of size 1 gets the stride its neighbour suggests; it is never walked along.
    strides.unshift(result[dim] === 1 ? result[dim + 1] * strides[0] : 0);
  }
  return strides;
}

// Where in an operand of `shape` the result cell at `position` reads.
export function sourceIndex(shape, position) {
  const added = position.length - shape.length;
  return shape.map((size, dim) => (size === 1 ? 0 : position[added + dim]));
}

// All positions of a small shape, in memory order.
export function positions(shape) {
  return shape.reduce(
    (found, size) => found.flatMap((p) => Array.from({ length: size }, (_, i) => [...p, i])), [[]],
  );
}

export function memoryOffset(index, strides) {
  return index.reduce((offset, i, dim) => offset + i * strides[dim], 0);
}

// The outcome in one sentence.
export function verdict({ shapes, result, clash }, op) {
  const expression = shapes.map(written).join(` ${op} `);
  if (!clash) return `${expression} gives ${written(result)}`;
  const verb = clash.leftName.includes(" ") ? "have" : "has";
  return `${expression} fails at dim ${clash.column}: ${clash.leftName} ${verb} ${clash.left}, `
    + `${clash.rightName} has ${clash.right}; they differ and neither is 1`;
}

// The sentence PyTorch raises for a clash.
export function pytorchError({ left, right, dim }) {
  return `The size of tensor a (${left}) must match the size of tensor b (${right}) `
    + `at non-singleton dimension ${dim}`;
}

// What happens in one column, in words.
export function columnWords({ dim, sizes, size }) {
  const parts = sizes.map((s, k) => (s === null ? `${NAMES[k]} has no dim here (counts as 1)` : `${NAMES[k]} has ${s}`));
  const told = `dim ${dim}: ${parts.join(", ")}`;
  if (size === null) return `${told}. They differ and neither is 1: this cannot broadcast.`;
  const movers = NAMES.filter((_, k) => k < sizes.length && (sizes[k] ?? 1) !== size);
  if (movers.length === 0) return `${told}. Nothing stretches; the result has ${size}.`;
  const verb = movers.length === 1 ? "stretches" : "stretch";
  const how = size === 0 ? "is repeated 0 times" : `${verb} to ${size}`;
  return `${told}. ${movers.join(" and ")} ${how}, with stride 0.`;
}

// A broadcast that PyTorch allows and people seldom mean; null when there is nothing to warn of.
export function caution({ shapes, result }) {
  if (!result || shapes.length !== 2) return null;
  const [short, long] = [...shapes].sort((x, y) => x.length - y.length);
  const [n] = short;
  if (short.length === 1 && long.length === 2 && n > 1 && long[0] === n && long[1] === 1) {
    return `Careful: (${n}, 1) with (${n},) makes every pair, ${written(result)}, and raises no error. `
      + `If you meant cell by cell, give both the same shape: squeeze(-1) on the first.`;
  }
  return null;
}
