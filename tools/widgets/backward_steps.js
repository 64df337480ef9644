// The backward stepper's thinking: which steps there are, and what stands where after each.

// A value as people write it: 0.5, [1, 2], or its shape where it has many numbers.
export function asText(value) {
  if (value === null || value === undefined) return "?";
  if (value.numbers === null) return `shape (${value.shape.join(", ")})`;
  let parts = value.numbers.map(numberText);
  for (const size of [...value.shape].reverse()) {
    const rows = [];
    for (let k = 0; size && k < parts.length; k += size) rows.push(`[${parts.slice(k, k + size).join(", ")}]`);
    parts = rows;
  }
  return parts[0] ?? "[]";
}

// Four significant digits, without zeros at the end, as Python's .4g.
export function numberText(number) {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "nan" : number > 0 ? "inf" : "−inf";
  const size = Math.abs(number);
  let text;
  if (size !== 0 && (size < 1e-4 || Number(size.toPrecision(4)) >= 1e4)) {
    const [head, power] = number.toExponential(3).split("e");
    const digits = Math.abs(Number(power)).toString().padStart(2, "0");
    text = `${Number(head)}e${power[0]}${digits}`;
  } else text = String(Number(number.toPrecision(4)));
  return text.replaceAll("-", "−");
}

// The sum of two values; null stands for nothing yet. Values too long to be shown add up unseen.
export function plus(total, value) {
  if (total === null) return value;
  if (value === null) return total;
  const numbers = total.numbers && value.numbers ? total.numbers.map((n, k) => n + value.numbers[k]) : null;
  return { shape: total.shape, numbers };
}

// Equal but for rounding: sums may be taken in another order.
export function close(one, other) {
  if (!one || !other) return one === other;
  if (!one.numbers || !other.numbers) return String(one.shape) === String(other.shape);
  return one.numbers.every((n, k) => {
    const m = other.numbers[k];
    return Object.is(n, m) || Math.abs(n - m) <= 1e-5 * Math.max(1e-3, Math.abs(n), Math.abs(m));
  });
}

// A template such as "{g} · {b}" with words put in.
export function fill(template, words) {
  return template.replace(/\{(\w+)\}/g, (_, name) => words[name] ?? "…");
}

// What stands for {a}, {b}, {out}, {g}, {n}: names, or with `numbers` the values themselves.
export function wordsOf(node, graph, arrived, numbers = false) {
  const names = Object.fromEntries(graph.nodes.map((other) => [other.key, other.name]));
  const written = (value) => {
    const text = asText(value);
    return text.startsWith("−") ? `(${text})` : text;
  };
  const operand = (entry) => {
    if (!entry) return "…";
    if (entry.from && !numbers) return names[entry.from];
    return entry.value ? written(entry.value) : "…";
  };
  return {
    a: operand(node.inputs[0]), b: operand(node.inputs[1]), n: asText(node.exponent),
    out: numbers ? written(node.value) : node.name,
    g: numbers ? written(arrived) : `∂${node.name}`,
  };
}

export function titleOf(node, graph) {
  if (node.kind === "leaf") return node.name;
  return `${node.name} = ${fill(node.forward, wordsOf(node, graph, null))}`;
}

const scalar = (value) => value !== null && value !== undefined && value.numbers?.length === 1;

// All steps, each with what is known after it: `values` (keys whose value shows), `totals`
// (key -> gradient added up so far), `done` (keys whose rule has run), and the words for it.
export function stepsOf(graph) {
  const byKey = Object.fromEntries(graph.nodes.map((node) => [node.key, node]));
  const leaves = graph.nodes.filter((node) => node.kind === "leaf");
  let values = leaves.map((node) => node.key);
  let totals = {};
  let counts = {};
  let done = [];
  const steps = [];
  const add = (step) => steps.push({ values, totals, counts, done, at: null, arrow: null, lines: [], ...step });

  add({ phase: "start", head: "The leaves have values. Everything else is computed from them.",
        lines: leaves.map((node) => `${node.name} = ${asText(node.value)}`) });
  for (const node of graph.nodes) {
    if (node.kind === "leaf") continue;
    values = [...values, node.key];
    const lines = [titleOf(node, graph)];
    if (node.inputs.every((entry) => scalar(entry.value))) lines.push(`= ${fill(node.forward, wordsOf(node, graph, null, true))}`);
    lines.push(node.value ? `= ${asText(node.value)}` : "Its value was not kept. Give a function to see it.");
    add({ phase: "forward", at: node.key, head: `Forward: ${node.name} is computed and recorded.`, lines });
  }
  const result = byKey[graph.result];
  totals = { [result.key]: graph.start };
  counts = { [result.key]: 1 };
  add({ phase: "backward", at: result.key, head: `Backward begins at ${result.name}.`,
        lines: [scalar(graph.start) && graph.start.numbers[0] === 1
          ? `∂${result.name} = 1: ${result.name} moves as fast as itself.`
          : `∂${result.name} = ${asText(graph.start)}, as given.`,
        `From here on ∂v is short for the derivative of ${result.name} by v.`] });
  for (const key of graph.backward) {
    const node = byKey[key];
    const arrived = totals[key] ?? null;
    done = [...done, key];
    node.inputs.forEach((entry, slot) => {
      if (!entry.from) return;
      const target = byKey[entry.from];
      const before = totals[target.key] ?? null;
      const after = plus(before, entry.sent);
      totals = { ...totals, [target.key]: after };
      counts = { ...counts, [target.key]: (counts[target.key] ?? 0) + 1 };
      const lines = [`sends ${fill(entry.rule, wordsOf(node, graph, arrived))}`];
      const operands = node.inputs.filter((other) => other.value);
      if (scalar(arrived) && operands.every((other) => scalar(other.value))) {
        const numbers = fill(entry.rule, wordsOf(node, graph, arrived, true));
        if (numbers !== asText(entry.sent)) lines.push(`= ${numbers}`);
      }
      lines.push(`= ${asText(entry.sent)}`);
      lines.push(before === null
        ? `∂${target.name} = ${asText(after)} so far: the first to arrive.`
        : `∂${target.name} = ${asText(before)} + ${asText(entry.sent)} = ${asText(after)}: it adds up.`);
      add({ phase: "backward", at: key, arrow: [target.key, key, slot], to: target.key, adds: before !== null,
            head: `Backward: ${node.name} sends its part to ${target.name}.`, lines });
    });
  }
  const agree = leaves.every((node) => close(totals[node.key] ?? null, node.grad));
  add({ phase: "compare", head: agree ? "The sums are what backward() puts into .grad." : "The sums differ from what backward() gives.", agree,
        lines: leaves.map((node) => `${node.name}: added up ${asText(totals[node.key] ?? null)}, .grad ${asText(node.grad)} ${close(totals[node.key] ?? null, node.grad) ? "✓" : "✗"}`) });
  return steps;
}
