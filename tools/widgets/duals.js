// Dual numbers in small: an expression in x as steps, each with value and tangent. As duals.py.

export const FUNCTIONS = {
  sin: [Math.sin, (a) => Math.cos(a), "cos({a}) · {da}"],
  cos: [Math.cos, (a) => -Math.sin(a), "−sin({a}) · {da}"],
  exp: [Math.exp, (a) => Math.exp(a), "exp({a}) · {da}"],
  log: [Math.log, (a) => 1 / a, "{da} / {a}"],
  sqrt: [Math.sqrt, (a) => 0.5 / Math.sqrt(a), "{da} / (2 · √{a})"],
  tanh: [Math.tanh, (a) => 1 - Math.tanh(a) ** 2, "(1 − tanh({a})²) · {da}"],
};
const LONGEST = 120;

export class ExpressionError extends Error {}

// Four significant digits, with a true minus sign, as Python's .4g.
export function numberText(number) {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "nan" : number > 0 ? "inf" : "−inf";
  const size = Math.abs(number);
  let text;
  if (size !== 0 && (size < 1e-4 || Number(size.toPrecision(4)) >= 1e4)) {
    const [head, power] = number.toExponential(3).split("e");
    text = `${Number(head)}e${power[0]}${Math.abs(Number(power)).toString().padStart(2, "0")}`;
  } else text = Object.is(number, -0) ? "-0" : String(Number(number.toPrecision(4)));
  return text.replaceAll("-", "−");
}

const inProduct = (number) => (numberText(number).startsWith("−") ? `(${numberText(number)})` : numberText(number));

function tokens(text) {
  const found = [];
  const pattern = /\s*(?:(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)|([A-Za-z_]\w*)|(\*\*|[-+*/^()]))/gy;
  while (pattern.lastIndex < text.trimEnd().length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw new ExpressionError(`“${text.slice(at).trim()[0]}” is not known here`);
    found.push(match[1] ? { kind: "number", value: Number(match[1]) }
      : match[2] ? { kind: "name", value: match[2] } : { kind: "sign", value: match[3] === "^" ? "**" : match[3] });
  }
  return found;
}

// A tree out of numbers, x, unary minus, + - * / ** and calls, by the usual precedence.
export function parse(text) {
  if (text.length > LONGEST) throw new ExpressionError(`an expression has at most ${LONGEST} characters`);
  const list = tokens(text);
  let at = 0;
  const sign = (...which) => list[at]?.kind === "sign" && which.includes(list[at].value);
  const expect = (value) => {
    if (!sign(value)) throw new ExpressionError(list[at] ? `“${value}” is missing before “${list[at].value}”` : `“${value}” is missing at the end`);
    at++;
  };
  const chain = (next, ...which) => {
    let left = next();
    while (sign(...which)) left = { op: list[at++].value, left, right: next() };
    return left;
  };
  const sum = () => chain(product, "+", "-");
  const product = () => chain(unary, "*", "/");
  function unary() {
    if (!sign("-")) return power();
    at++;
    const inner = unary();
    return typeof inner === "number" ? -inner : { op: "neg", left: inner };
  }
  function power() {
    const base = atom();
    if (!sign("**")) return base;
    at++;
    return { op: "**", left: base, right: unary() };
  }
  function atom() {
    const token = list[at++];
    if (!token) throw new ExpressionError("the expression ends too early");
    if (token.kind === "number") return token.value;
    if (token.kind === "name") {
      if (token.value === "x") return "x";
      if (!FUNCTIONS[token.value]) throw new ExpressionError(`“${token.value}” is not known: use x, numbers, and ${Object.keys(FUNCTIONS).join(", ")}`);
      expect("(");
      const inner = sum();
      expect(")");
      return { op: token.value, left: inner };
    }
    if (token.value !== "(") throw new ExpressionError(`“${token.value}” stands where a number or x is due`);
    const inner = sum();
    expect(")");
    return inner;
  }
  const tree = sum();
  if (at < list.length) throw new ExpressionError(`what is “${list[at].value}” doing there?`);
  return tree;
}

const SIGNS = { "+": "+", "-": "−", "*": "·", "/": "/" };

// The steps of the expression at x + 1ε: { name, formula, value, tangent, rule }, the result last.
export function dualSteps(expression, x) {
  const tree = typeof expression === "string" ? parse(expression) : expression;
  const steps = [{ name: "x", formula: "the input", value: x, tangent: 1, rule: "the input moves at rate 1" }];
  const add = (formula, value, tangent, rule) => {
    const good = (n) => (Number.isFinite(n) ? n : NaN);
    steps.push({ name: `u${steps.length}`, formula, value: good(value), tangent: good(tangent), rule });
    return steps.at(-1);
  };
  function walk(node) {
    if (typeof node === "number") return { name: numberText(node), value: node, tangent: 0 };
    if (node === "x") return steps[0];
    const { name, value: a, tangent: da } = walk(node.left);
    if (node.op === "neg") return add(`−${name}`, -a, -da, `−${inProduct(da)}`);
    if (FUNCTIONS[node.op]) {
      const [compute, slope, rule] = FUNCTIONS[node.op];
      return add(`${node.op}(${name})`, compute(a), slope(a) * da, rule.replaceAll("{a}", numberText(a)).replaceAll("{da}", inProduct(da)));
    }
    const { name: other, value: b, tangent: db } = walk(node.right);
    const [A, B, DA, DB] = [a, b, da, db].map(inProduct);
    if (node.op === "**") {
      if (typeof node.right !== "number") throw new ExpressionError("an exponent must be a number, as in x ** 3");
      return add(`${name}^${other}`, a ** b, b * a ** (b - 1) * da, `${B} · ${A}^${numberText(b - 1)} · ${DA}`);
    }
    const formula = `${name} ${SIGNS[node.op]} ${other}`;
    if (node.op === "+") return add(formula, a + b, da + db, `${numberText(da)} + ${DB}`);
    if (node.op === "-") return add(formula, a - b, da - db, `${numberText(da)} − ${DB}`);
    if (node.op === "*") return add(formula, a * b, da * b + a * db, `${DA} · ${B} + ${A} · ${DB}`);
    return add(formula, a / b, (da * b - a * db) / (b * b), `(${DA} · ${B} − ${A} · ${DB}) / ${B}²`);
  }
  const end = walk(tree);
  return steps.at(-1).name === end.name ? steps : [...steps, { ...end, name: "result", formula: end.name, rule: "a constant does not move" }];
}
