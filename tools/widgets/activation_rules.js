// Activations: value and slope of each at a number, in PyTorch's conventions at the corners. As activation.py.

// The error function: its series where that is exact enough, ±1 beyond.
function erf(x) {
  if (Math.abs(x) > 4.5) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; n < 120; n++) { term *= (-x * x) / n; sum += term / (2 * n + 1); }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const tanhSlope = (y) => 1 - y * y;
const inside = (x, low, high) => (x > low && x < high ? 1 : 0);

// name: [formula, value, slope]
export const ACTIVATIONS = {
  ReLU: ["max(x, 0)", (x) => Math.max(x, 0), (x) => (x > 0 ? 1 : 0)],
  LeakyReLU: ["x, or 0.01 · x below 0", (x) => (x > 0 ? x : 0.01 * x), (x) => (x > 0 ? 1 : 0.01)],
  ELU: ["x, or exp(x) − 1 below 0", (x) => (x > 0 ? x : Math.expm1(x)), (x) => (x > 0 ? 1 : Math.exp(x))],
  GELU: ["x · Φ(x), Φ the normal distribution", (x) => x * 0.5 * (1 + erf(x / Math.SQRT2)),
    (x) => 0.5 * (1 + erf(x / Math.SQRT2)) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)],
  SiLU: ["x · sigmoid(x)", (x) => x * sigmoid(x), (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x)))],
  Mish: ["x · tanh(softplus(x))", (x) => x * Math.tanh(softplus(x)),
    (x) => Math.tanh(softplus(x)) + x * tanhSlope(Math.tanh(softplus(x))) * sigmoid(x)],
  Softplus: ["log(1 + exp(x))", softplus, sigmoid],
  Sigmoid: ["1 / (1 + exp(−x))", sigmoid, (x) => sigmoid(x) * (1 - sigmoid(x))],
  Tanh: ["(exp(x) − exp(−x)) / (exp(x) + exp(−x))", Math.tanh, (x) => tanhSlope(Math.tanh(x))],
  Softsign: ["x / (1 + |x|)", (x) => x / (1 + Math.abs(x)), (x) => 1 / (1 + Math.abs(x)) ** 2],
  Hardtanh: ["x, cut off at −1 and 1", (x) => Math.min(Math.max(x, -1), 1), (x) => inside(x, -1, 1)],
  ReLU6: ["max(x, 0), cut off at 6", (x) => Math.min(Math.max(x, 0), 6), (x) => inside(x, 0, 6)],
};

export const [LOW, HIGH, FLAT] = [-7, 7, 0.05];

export const activationAt = (name, x) => ({ value: ACTIVATIONS[name][1](x), slope: ACTIVATIONS[name][2](x) });

// The stretches of [LOW, HIGH] where the slope is at most FLAT in size, as [from, to], to one decimal.
export function flatStretches(name) {
  const found = [];
  for (let k = LOW * 10; k <= HIGH * 10; k++) {
    const x = k / 10;
    if (Math.abs(activationAt(name, x).slope) > FLAT) continue;
    const last = found.at(-1);
    if (last && Math.abs(last[1] - (k - 1) / 10) < 1e-9) last[1] = x;
    else found.push([x, x]);
  }
  return found.filter(([from, to]) => to - from > 0.45);
}

export function decimal(number, digits = 4) {
  const text = number.toFixed(digits).replace(/\.?0+$/, "");
  return (text === "-0" ? "0" : text).replace("-", "−");
}

// How high the picture reaches: the functions without a ceiling need more room.
export const pictureTop = (name) => (activationAt(name, HIGH).value > 2 ? 7.2 : 1.6);

// What there is to say at x, in three sentences.
export function activationWords(name, x) {
  const { value, slope } = activationAt(name, x);
  const flat = flatStretches(name);
  const where = flat.map(([from, to]) => `${decimal(from)} to ${decimal(to)}`).join(" and from ");
  return [
    `${name} at ${decimal(x)}: value ${decimal(value)}, slope ${decimal(slope)}.`,
    `Backward multiplies the gradient by ${decimal(slope)}${Math.abs(slope) <= FLAT ? ": nearly nothing comes through" : ""}. Ten such steps in a row: ${decimal(slope ** 10, 7)}.`,
    `It saturates, with a slope of at most ${FLAT}, from ${where}.`,
  ];
}
