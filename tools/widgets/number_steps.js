// How the number machine gets from step to step. number_steps.py is its twin, as far as numbers go.

const QUARTER = Math.PI / 2;
export const ANGLES = Array.from({ length: 50 }, (_, k) => Math.atan(2 ** -k));
export const SHRINK = ANGLES.reduce((product, _, k) => product / Math.sqrt(1 + 4 ** -k), 1);

export const METHODS = {
  sqrt: {
    title: "square root by Newton's method", ask: "square root of", low: 1e-12, high: 1e12, usual: 2, error: "relative error",
    idea: "The root lies between the guess and a / guess. Take the middle, again and again. Every step doubles the number of right digits.",
  },
  cos_sin: {
    title: "cosine and sine by CORDIC", ask: "angle in radians", low: -100, high: 100, usual: 1, error: "error",
    idea: "Turn an arrow left or right by smaller and smaller angles, whose tangents are 1, 1/2, 1/4 and so on. Every step adds about one binary digit.",
  },
  log_series: {
    title: "logarithm by a series", ask: "logarithm of", low: 1e-12, high: 1e12, usual: 10, error: "error",
    idea: "Halve or double the number until it is near 1. There the logarithm is a short sum. Every term adds about one decimal digit.",
  },
  log_roots: {
    title: "logarithm by square roots", ask: "logarithm of", low: 1e-12, high: 1e12, usual: 10, error: "error",
    idea: "Take square roots until the number is near 1. There the logarithm is nearly the number minus 1. Watch the error: it falls, and then it rises again.",
  },
};

// A typed number, or the sentence that says why it is none for this method.
export function parseNumber(text, method) {
  const { low, high, title } = METHODS[method];
  const clean = text.trim().replace("−", "-").replace(/^(-?\d+),(\d+)$/, "$1.$2");
  const number = clean === "" ? NaN : Number(clean);
  if (Number.isNaN(number)) return { error: `“${text.trim()}” is not a number. Type one such as ${METHODS[method].usual}.` };
  if (number < low || number > high) return { error: `The ${title} takes numbers from ${short(low)} to ${short(high)} here.` };
  return { number };
}

// A number with every digit a float has; exponents only where zeros would hide the digits.
export function digits(value) {
  return Number(value.toPrecision(16)).toString();
}

// How many characters of `text`, the value as written, agree with the target's digits.
export function rightCharacters(text, target) {
  const goal = digits(target);
  if (text === goal) return text.length;
  let same = 0;
  while (same < text.length && text[same] === goal[same]) same += 1;
  return text.includes("e") || goal.includes("e") ? 0 : same;
}

export function steps(method, number) {
  return { sqrt: newton, cos_sin: cordic, log_series: logSeries, log_roots: logRoots }[method](number);
}

// The numbers a step's value is to reach, with their names.
export function targets(method, number) {
  if (method === "cos_sin") return [["cosine", Math.cos(number)], ["sine", Math.sin(number)]];
  return method === "sqrt" ? [["root", Math.sqrt(number)]] : [["logarithm", Math.log(number)]];
}

function newton(a) {
  const found = [];
  const root = Math.sqrt(a);
  let x = Math.max(a, 1);
  let told = `The first guess, ${digits(x)}, is not below the root: it is ${x === a ? "the number itself" : "1, because the number is smaller"}.`;
  for (;;) {
    found.push({ value: x, error: Math.abs(x - root) / root, told });
    const closer = (x + a / x) / 2;
    if (closer >= x) {
      found.at(-1).told += " The next guess would not be smaller: done.";
      return found;
    }
    told = `The middle of ${digits(x)} and ${digits(a)} / ${digits(x)} = ${digits(a / x)}.`;
    x = closer;
  }
}

function cordic(angle) {
  const found = [];
  const quarters = Math.floor(angle / QUARTER + 0.5);
  const turned = ((quarters % 4) + 4) % 4;
  let [x, y, rest] = [SHRINK, 0, angle - quarters * QUARTER];
  let told = `The arrow starts with length ${SHRINK.toFixed(4)}, because every step will lengthen it.`;
  if (quarters) told += ` ${Math.abs(quarters)} quarter ${Math.abs(quarters) === 1 ? "turn" : "turns"} to the ${quarters > 0 ? "left" : "right"} are taken out first; the steps turn the rest.`;
  for (let k = 0; k <= ANGLES.length; k += 1) {
    let [c, s] = [x, y];
    for (let t = 0; t < turned; t += 1) [c, s] = [0 - s, c];
    const error = Math.max(Math.abs(c - Math.cos(angle)), Math.abs(s - Math.sin(angle)));
    found.push({ value: [c, s], error, told: `${told} ${written(rest)} radians are left.` });
    if (k === ANGLES.length) return found;
    const sign = rest >= 0 ? 1 : -1;
    const slope = sign / 2 ** k;
    told = `The rest was ${sign > 0 ? "not negative: turn left" : "negative: turn right"} by ${degrees(ANGLES[k])}, the angle of slope ${k > 9 ? `1/2^${k}` : k ? `1/${2 ** k}` : "1"}.`;
    [x, y, rest] = [x - slope * y, y + slope * x, rest - sign * ANGLES[k]];
  }
}

function logSeries(x) {
  const found = [];
  let [m, e] = [x, 0];
  while (m >= 1) [m, e] = [m / 2, e + 1];
  while (m < 0.5) [m, e] = [m * 2, e - 1];
  const z = (m - 1) / (m + 1);
  let [total, power, k] = [0, z, 1];
  let told = `${digits(x)} = ${digits(m)} × 2^${e}. So the sum starts at ${e} × log 2, and z = (m − 1) / (m + 1) = ${written(z)}.`;
  for (;;) {
    const value = 2 * total + e * Math.LN2;
    found.push({ value, error: Math.abs(value - Math.log(x)), told });
    if (total + power / k === total) {
      found.at(-1).told += " The next term would change nothing: done.";
      return found;
    }
    told = `Twice the term z${k > 1 ? ` to the power ${k}, divided by ${k}` : ""}, is added: ${written((2 * power) / k)}.`;
    [total, power, k] = [total + power / k, power * z * z, k + 2];
  }
}

function logRoots(x) {
  const found = [];
  let near = x;
  for (let k = 0; k < 46; k += 1) {
    const value = (near - 1) * 2 ** k;
    const times = k === 0 ? "No root yet" : `${k} square ${k === 1 ? "root" : "roots"}`;
    found.push({
      value,
      error: Math.abs(value - Math.log(x)),
      told: `${times}: the number is ${digits(near)}. Minus 1, times 2^${k}, it gives the value.${k > 30 ? " After the subtraction few digits are left of it." : ""}`,
    });
    near = Math.sqrt(near);
  }
  return found;
}

function written(value) {
  return String(Number(value.toPrecision(4)));
}

function short(limit) {
  return String(limit).length > 6 ? limit.toExponential().replace("e+", "e") : String(limit);
}

function degrees(angle) {
  const turn = (angle * 180) / Math.PI;
  return turn >= 0.01 ? `${turn.toFixed(2)}°` : `${turn.toExponential(1)}°`;
}

// Where an error stands on the plot: 0 at the top (10 or more), 1 at the bottom (exact).
export const LOW_POWER = -17;
export const HIGH_POWER = 1;
export function depth(error) {
  const power = error > 0 ? Math.log10(error) : LOW_POWER;
  return (HIGH_POWER - Math.min(Math.max(power, LOW_POWER), HIGH_POWER)) / (HIGH_POWER - LOW_POWER);
}

export function errorInWords(error) {
  if (error === 0) return "no error that a float could show";
  const right = Math.floor(-Math.log10(error));
  return `off by ${error.toExponential(1)}${right > 0 ? `, about ${right} right ${right === 1 ? "digit" : "digits"}` : ""}`;
}
