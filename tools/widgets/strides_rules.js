// What PyTorch does to shape, stride and offset: one function for each kind of step, nothing drawn.
// A state is { shape, stride, offset, memory }; memory holds the numbers in the order of their places.

export const MAX_PLACES = 60;
export const MAX_SHOWN = 96;

export class StepError extends Error {}

const VIEW_ERROR = "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.";

export function product(numbers) {
  return numbers.reduce((a, b) => a * b, 1);
}

export function tupleText(numbers) {
  return `(${numbers.join(", ")}${numbers.length === 1 ? "," : ""})`;
}

export function strideOfNew(shape) {
  return shape.map((_, d) => product(shape.slice(d + 1).map((n) => Math.max(n, 1))));
}

export function isInOrder({ shape, stride }) {
  const wanted = strideOfNew(shape);
  return shape.includes(0) || shape.every((n, d) => n === 1 || stride[d] === wanted[d]);
}

export function begin(shape) {
  return { shape, stride: strideOfNew(shape), offset: 0, memory: Array.from({ length: product(shape) }, (_, k) => k) };
}

// Every index of the shape, in reading order.
export function indicesOf(shape) {
  return shape.reduce((all, n) => all.flatMap((index) => Array.from({ length: n }, (_, i) => [...index, i])), [[]]);
}

export function placeOf({ stride, offset }, index) {
  return index.reduce((place, i, d) => place + i * stride[d], offset);
}

// The places that are read, in reading order.
export function placesOf(state) {
  return indicesOf(state.shape).map((index) => placeOf(state, index));
}

// Strides that show shape and stride as size without a copy, or null.
export function strideOfView(shape, stride, size) {
  if (!shape.length) return size.map(() => 1);
  if (shape.includes(0)) return strideOfNew(size);
  const runs = [];
  for (let d = shape.length - 1; d >= 0; d--) {
    const last = runs.at(-1);
    if (last && (shape[d] === 1 || stride[d] === last.length * last.step)) last.length *= shape[d];
    else runs.push({ length: shape[d], step: stride[d] });
  }
  const left = [...size];
  const result = [];
  for (const { length, step } of runs) {
    let filled = 1;
    while (left.length && (filled < length || left.at(-1) === 1)) {
      result.unshift(filled * step);
      filled *= left.pop();
    }
    if (filled !== length) return null;
  }
  return result;
}

export function sizeFor(size, count) {
  const unknown = size.filter((n) => n === -1).length;
  const known = product(size.filter((n) => n !== -1));
  const wrong = new StepError(`shape '[${size.join(", ")}]' is invalid for input of size ${count}`);
  if (unknown > 1) throw new StepError("only one dimension can be inferred");
  if (size.some((n) => n < -1) || (unknown && (!known || count % known)) || (!unknown && known !== count)) throw wrong;
  return size.map((n) => (n === -1 ? count / known : n));
}

function wrapped(dim, ndim) {
  const reach = Math.max(ndim, 1);
  if (dim < -reach || dim >= reach) {
    throw new StepError(`Dimension out of range (expected to be in range of [${-reach}, ${reach - 1}], but got ${dim})`);
  }
  return dim < 0 ? dim + reach : dim;
}

function reordered(state, dims) {
  return { ...state, shape: dims.map((d) => state.shape[d]), stride: dims.map((d) => state.stride[d]) };
}

function swapped(state, a, b) {
  const dims = state.shape.map((_, d) => d);
  [dims[a], dims[b]] = [dims[b], dims[a]];
  return reordered(state, dims);
}

// The numbers in reading order, in new memory.
function copied(state, shape = state.shape) {
  return { shape, stride: strideOfNew(shape), offset: 0, memory: placesOf(state).map((place) => state.memory[place]) };
}

function takes(name, args, least, most = least) {
  if (args.length < least || args.length > most) {
    const wanted = least === most ? String(least) : `${least} to ${most}`;
    throw new StepError(`${name}() takes ${wanted} ${most === 1 ? "number" : "numbers"} here, not ${args.length}`);
  }
}

const STEPS = {
  t(state, ...args) {
    takes("t", args, 0);
    if (state.shape.length > 2) throw new StepError(`t() expects a tensor with <= 2 dimensions, but self is ${state.shape.length}D`);
    return reordered(state, state.shape.map((_, d) => d).reverse());
  },
  transpose(state, ...args) {
    takes("transpose", args, 2);
    const [a, b] = args.map((dim) => wrapped(dim, state.shape.length));
    return state.shape.length ? swapped(state, a, b) : { ...state };
  },
  permute(state, ...args) {
    const dims = args.map((dim) => wrapped(dim, state.shape.length));
    if (dims.length !== state.shape.length || new Set(dims).size !== dims.length) {
      throw new StepError(`permute() must name each of the ${state.shape.length} dimensions once`);
    }
    return reordered(state, dims);
  },
  view(state, ...args) {
    takes("view", args, 1, 8);
    const size = sizeFor(args, product(state.shape));
    const stride = strideOfView(state.shape, state.stride, size);
    if (!stride) throw new StepError(VIEW_ERROR);
    return { ...state, shape: size, stride };
  },
  reshape(state, ...args) {
    takes("reshape", args, 1, 8);
    const size = sizeFor(args, product(state.shape));
    const stride = strideOfView(state.shape, state.stride, size);
    return stride ? { ...state, shape: size, stride } : copied(state, size);
  },
  contiguous(state, ...args) {
    takes("contiguous", args, 0);
    return isInOrder(state) ? state : copied(state);
  },
  expand(state, ...args) {
    const added = args.length - state.shape.length;
    if (added < 0) throw new StepError(`the number of sizes provided (${args.length}) must be greater or equal to the number of dimensions in the tensor (${state.shape.length})`);
    const stride = args.map((n, d) => {
      const own = state.shape[d - added];
      if (d < added) {
        if (n < 0) throw new StepError(`a new dimension in front cannot keep its size: ${n}`);
        return 0;
      }
      if (n === own || n === -1) return state.stride[d - added];
      if (own === 1 && n >= 0) return 0;
      throw new StepError(`The expanded size of the tensor (${n}) must match the existing size (${own}) at non-singleton dimension ${d}.`);
    });
    const shape = args.map((n, d) => (n === -1 ? state.shape[d - added] : n));
    // PyTorch gives a new dimension of size 1 the stride that steps over all behind it.
    for (let d = added - 1; d >= 0; d--) {
      if (shape[d] === 1) stride[d] = d + 1 < shape.length ? shape[d + 1] * stride[d + 1] : 1;
    }
    return { ...state, shape, stride };
  },
  unsqueeze(state, ...args) {
    takes("unsqueeze", args, 1);
    const dim = wrapped(args[0], state.shape.length + 1);
    const step = dim < state.shape.length ? state.shape[dim] * state.stride[dim] : 1;
    return { ...state, shape: state.shape.toSpliced(dim, 0, 1), stride: state.stride.toSpliced(dim, 0, step) };
  },
  squeeze(state, ...args) {
    takes("squeeze", args, 0, 1);
    const dim = args.length ? wrapped(args[0], state.shape.length) : null;
    const kept = state.shape.map((_, d) => d).filter((d) => state.shape[d] !== 1 || (dim !== null && d !== dim));
    return reordered(state, kept);
  },
};

export const STEP_NAMES = Object.keys(STEPS);

// x[1], x[:, ::2], x[1:3]: whole numbers and slices, one for each dimension from the left.
function indexed(state, items) {
  if (items.length > state.shape.length) {
    throw new StepError(`too many indices for tensor of dimension ${state.shape.length}`);
  }
  let { offset } = state;
  const [shape, stride] = [[], []];
  state.shape.forEach((n, d) => {
    const item = items[d] ?? { start: null, stop: null, step: 1 };
    if (typeof item === "number") {
      if (item < -n || item >= n) throw new StepError(`index ${item} is out of bounds for dimension ${d} with size ${n}`);
      offset += (item < 0 ? item + n : item) * state.stride[d];
      return;
    }
    const inside = (end, missing) => (end === null ? missing : Math.min(Math.max(end < 0 ? end + n : end, 0), n));
    const start = inside(item.start, 0);
    const stop = Math.max(inside(item.stop, n), start);
    offset += start * state.stride[d];
    shape.push(Math.ceil((stop - start) / item.step));
    stride.push(item.step * state.stride[d]);
  });
  return { ...state, shape, stride, offset };
}

function wholeNumber(text) {
  if (!/^[-+]?\d{1,6}$/.test(text)) throw new StepError(`“${text}” is not a whole number`);
  return Number(text);
}

function listOf(text) {
  const inner = text.trim().replace(/^[([](.*)[)\]]$/, "$1").replace(/,\s*$/, "").trim();
  return inner ? inner.split(",").map((each) => wholeNumber(each.trim())) : [];
}

function indexItem(text) {
  const parts = text.split(":").map((each) => each.trim());
  if (parts.length === 1) return wholeNumber(parts[0]);
  if (parts.length > 3) throw new StepError(`“${text}” has too many colons`);
  const [start, stop, step] = parts.map((each) => (each ? wholeNumber(each) : null));
  if (step !== null && step !== undefined && step < 1) throw new StepError("slice step must be positive");
  return { start, stop, step: step ?? 1 };
}

// What a step such as "transpose(0, 1)", "[:, ::2]" or "T" does: a function of a state.
export function parseStep(text) {
  const clean = text.trim().replace(/^x(?=[.[])/, "").replace(/^\./, "");
  if (clean === "T") return (state) => reordered(state, state.shape.map((_, d) => d).reverse());
  const index = clean.match(/^\[(.*)\]$/s);
  if (index) {
    const items = index[1].trim().replace(/,\s*$/, "");
    if (!items) throw new StepError("write an index between the brackets, such as [1] or [:, ::2]");
    const parsed = items.split(",").map((each) => indexItem(each.trim()));
    return (state) => indexed(state, parsed);
  }
  const call = clean.match(/^(\w+)\s*\((.*)\)$/s);
  if (!call || !STEPS[call[1]]) {
    throw new StepError(`“${text.trim()}” is no step. Write one such as t(), view(2, 6) or [:, ::2]; there are ${STEP_NAMES.join(", ")}.`);
  }
  const numbers = listOf(call[2]);
  return (state) => STEPS[call[1]](state, ...numbers);
}

// One step done: the new state, and whether it is "itself", a "view" or a "copy".
export function take(state, text) {
  const after = parseStep(text)(state);
  if (product(after.shape) > MAX_SHOWN) throw new StepError(`that would show ${product(after.shape)} cells; up to ${MAX_SHOWN} are drawn here`);
  const kind = after === state ? "itself" : after.memory === state.memory ? "view" : "copy";
  return { state: after, kind };
}

// All steps from the beginning: [{ text, state, kind }], the first being the new tensor.
export function takeAll(shape, program) {
  const done = [{ text: "", state: begin(shape), kind: "new" }];
  for (const text of program) done.push({ text, ...take(done.at(-1).state, text) });
  return done;
}

export function codeOf(shape, program) {
  const calls = program.map((text) => {
    const clean = text.trim().replace(/^x(?=[.[])/, "").replace(/^\./, "");
    return clean.startsWith("[") ? clean : `.${clean}`;
  });
  return `torch.arange(${product(shape)}).reshape(${shape.length ? shape.join(", ") : "()"})${calls.join("")}`;
}

// What a step did to the numbers in memory, in a sentence.
export function movedWords(before, after, kind) {
  if (kind === "new") return `A new tensor: ${after.memory.length} numbers in reading order.`;
  if (kind === "itself") return "Already contiguous: the tensor itself comes back, and nothing is done.";
  if (kind === "view") return "A view: no number moved. Only shape, strides or offset are new.";
  const moved = movedPlaces(before, after).length;
  const numbers = after.memory.length === 1 ? "1 number was" : `${after.memory.length} numbers were`;
  return `A copy: ${numbers} written to new memory, ${moved} of them to another place than before.`;
}

// The places of the new memory whose number came from another place.
export function movedPlaces(before, after) {
  return placesOf(before).flatMap((place, k) => (place === k ? [] : [k]));
}
