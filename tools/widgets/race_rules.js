// The four update rules on a surface, step by step, as torch.optim takes them.

// Each surface's height and slope at (x, y). race_surfaces.py has the same heights.
export const SURFACES = {
  ravine: { height: (x, y) => (x * x + 30 * y * y) / 2, slope: (x, y) => [x, 30 * y] },
  banana: {
    height: (x, y) => (1 - x) ** 2 + 5 * (y - x * x) ** 2,
    slope: (x, y) => [-2 * (1 - x) - 20 * x * (y - x * x), 10 * (y - x * x)],
  },
  saddle: { height: (x, y) => (x * x - y * y) / 2 + y ** 4 / 8, slope: (x, y) => [x, -y + y ** 3 / 2] },
  valleys: {
    height: (x, y) => (x * x - 1) ** 2 + 0.35 * x + y * y,
    slope: (x, y) => [4 * x * (x * x - 1) + 0.35, 2 * y],
  },
  plateau: {
    height: (x, y) => 1 - Math.exp(-(x * x + y * y) / 2),
    slope: (x, y) => [x, y].map((each) => each * Math.exp(-(x * x + y * y) / 2)),
  },
};

// How far one coordinate moves, given its slope g, what it remembers, and the number t of the step.
export const RULES = {
  SGD: (g, memory, t, lr) => lr * g,
  momentum: (g, memory, t, lr) => {
    memory.v = t === 1 ? g : 0.9 * memory.v + g;
    return lr * memory.v;
  },
  RMSprop: (g, memory, t, lr) => {
    memory.s = 0.99 * (memory.s ?? 0) + 0.01 * g * g;
    return (lr * g) / (Math.sqrt(memory.s) + 1e-8);
  },
  Adam: (g, memory, t, lr) => {
    memory.m = 0.9 * (memory.m ?? 0) + 0.1 * g;
    memory.s = 0.999 * (memory.s ?? 0) + 0.001 * g * g;
    const root = Math.sqrt(memory.s / (1 - 0.999 ** t));
    return (lr * (memory.m / (1 - 0.9 ** t))) / (root + 1e-8);
  },
};

const FAR = 1e6;

// The points visited, `start` first; it ends early where the optimizer has blown up.
export function pathOf(surface, optimizer, rate, start, steps) {
  const memories = [{}, {}];
  let p = [...start];
  const points = [p];
  for (let t = 1; t <= steps; t += 1) {
    const g = SURFACES[surface].slope(...p);
    p = p.map((each, k) => each - RULES[optimizer](g[k], memories[k], t, rate));
    points.push(p);
    if (!p.every((each) => Math.abs(each) < FAR)) break;
  }
  return points;
}

export function blownUp(point) {
  return !point.every((each) => Math.abs(each) < FAR);
}

// Where a path stands after some steps, and how it got on.
export function standing(surface, points, step) {
  const point = points[Math.min(step, points.length - 1)];
  const lost = blownUp(point);
  return { point, lost, height: lost ? Infinity : SURFACES[surface].height(...point) };
}

export function numberText(value) {
  if (!Number.isFinite(value)) return "∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 10000)) return value.toExponential(1).replace("e+", "e").replaceAll("-", "−");
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

export function inWords(name, { point, lost, height }, frame) {
  if (lost) return `${name} has blown up: its learning rate is too large here`;
  const [left, right, low, high] = frame;
  const outside = point[0] < left || point[0] > right || point[1] < low || point[1] > high;
  return `${name} at (${numberText(point[0])}, ${numberText(point[1])}), height ${numberText(height)}${outside ? ", outside the picture" : ""}`;
}

// Learning rates on a slider: its places are powers of ten, the rates have two digits.
export const LOW_POWER = -4;
export const HIGH_POWER = 0.5;
export function rateAt(power) {
  return Number((10 ** power).toPrecision(2));
}
export function powerOf(rate) {
  return Math.log10(rate);
}
