// Convolution on a square image of one channel: sizes, windows and numbers. As convolution.py.

const KERNEL = [[1, 0, -1, 2], [2, 0, -2, 1], [1, 0, -1, 2], [0, 1, 0, -1]];

export const imageNumber = (i, j) => (5 * i + 3 * j + i * j) % 8;
export const kernelNumber = (i, j) => KERNEL[i][j];

const square = (n, make) => Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => make(i, j)));

// What the settings lead to: { reach, out, rule, note, error, pytorch }; `out` is null with an error.
export function convPlan({ size: n, kernel_size: k, stride: s, padding: p, dilation: d, transposed, output_padding: e }) {
  const reach = d * (k - 1) + 1;
  const rule = [`reach of the kernel: ${d} · (${k} − 1) + 1 = ${reach}`];
  if (transposed) return { reach, ...transposedPlan(n, s, p, d, e, reach, rule) };
  const wide = n + 2 * p;
  const room = wide - reach;
  rule.push(`padded input: ${n} + 2 · ${p} = ${wide}`);
  if (room < 0) {
    return { reach, rule, out: null, note: "",
      error: `No window fits: the kernel reaches over ${reach}, but the padded input has only ${wide}. Make the kernel or the dilation smaller, or the padding at least ${Math.ceil((reach - n) / 2)}.`,
      pytorch: `Calculated padded input size per channel: (${wide} x ${wide}). Kernel size: (${reach} x ${reach}). Kernel size can't be greater than actual input size` };
  }
  const out = Math.floor(room / s) + 1;
  rule.push(`output: ⌊(${wide} − ${reach}) / ${s}⌋ + 1 = ⌊${room} / ${s}⌋ + 1 = ${out}`);
  const left = room % s;
  const places = left === 1 ? "row and column" : `${left} rows and columns`;
  return { reach, rule, out, error: "", pytorch: "",
    note: left ? `The last ${places} of the padded input ${left === 1 ? "is" : "are"} never looked at.` : "" };
}

function transposedPlan(n, s, p, d, e, reach, rule) {
  if (e >= Math.max(s, d)) {
    return { rule, out: null, note: "",
      error: `output_padding ${e} must be smaller than the stride ${s} or the dilation ${d}: it only chooses among sizes that the stride makes equal.`,
      pytorch: `output padding must be smaller than either stride or dilation, but got output_padding_height: ${e} output_padding_width: ${e} stride_height: ${s} stride_width: ${s} dilation_height: ${d} dilation_width: ${d}` };
  }
  const out = (n - 1) * s + reach - 2 * p + e;
  rule.push(`output: (${n} − 1) · ${s} + ${reach} − 2 · ${p} + ${e} = ${out}`);
  if (out <= 0) {
    return { rule, out: null, note: "",
      error: `Nothing is left: the padding cuts ${p} from each side of ${(n - 1) * s + reach + e}. Make the padding smaller.`,
      // At 0 PyTorch's answer depends on the machine: an empty image, or an error.
      pytorch: out === 0 ? "" : `Given input size per channel: (${n} x ${n}). Calculated output size per channel: (${out} x ${out}). Output size is too small` };
  }
  return { rule, out, error: "", pytorch: "",
    note: p ? `Here padding takes away: ${p} from each side of the full result.` : "" };
}

// The products behind one number of the output, as [input row, input column, kernel row, kernel column].
// The place of an input element may lie in the padding. Transposed: only pairs that meet there.
export function convPairs(settings, row, column) {
  const { size: n, kernel_size: k, stride: s, padding: p, dilation: d, transposed } = settings;
  const pairs = [];
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) {
    if (!transposed) { pairs.push([row * s + i * d - p, column * s + j * d - p, i, j]); continue; }
    const [y, x] = [row + p - i * d, column + p - j * d];
    if (y % s === 0 && x % s === 0 && y >= 0 && x >= 0 && y / s < n && x / s < n) pairs.push([y / s, x / s, i, j]);
  }
  return pairs;
}

const inImage = (n, y, x) => y >= 0 && x >= 0 && y < n && x < n;

// The output as rows of numbers; [] when there is none.
export function convOutput(settings) {
  const { out } = convPlan(settings);
  return square(out ?? 0, (row, column) => convPairs(settings, row, column)
    .reduce((sum, [y, x, i, j]) => sum + (inImage(settings.size, y, x) ? imageNumber(y, x) : 0) * kernelNumber(i, j), 0));
}

const signed = (number) => (number < 0 ? `(−${-number})` : String(number));
export const plain = (number) => String(number).replace("-", "−");

// One number of the output with its products: "0 · 1 + 3 · 0 + … = 5".
export function convTerms(settings, row, column) {
  const pairs = convPairs(settings, row, column);
  const terms = pairs.map(([y, x, i, j]) => `${inImage(settings.size, y, x) ? imageNumber(y, x) : 0} · ${signed(kernelNumber(i, j))}`);
  return `output[${row}, ${column}] = ${terms.join(" + ") || "nothing meets here"} = ${plain(convOutput(settings)[row][column])}`;
}
