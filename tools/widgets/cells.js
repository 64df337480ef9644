// Draws tensors of up to three dims cell by cell, each operand stretched to the result's shape.

import { h, walkable } from "./base.js";
import { NAMES, contiguousStrides, elements, expandedStrides, memoryOffset, positions, sourceIndex, written } from "./shapes.js";

const MAX_CELLS = 96;
const MAX_ROW = 12;

export const OPS = {
  "+": (x, y) => x + y,
  "-": (x, y) => x - y,
  "*": (x, y) => x * y,
  "/": (x, y) => x / y,
  "==": (x, y) => x === y,
};

export function drawable(shape) {
  return shape.length <= 3 && (shape.at(-1) ?? 1) <= MAX_ROW && elements(shape) <= BigInt(MAX_CELLS);
}

// The values shown: a holds 1, 2, 3…, b 10, 20, 30…, c 100, 200…, so a sum tells where it came from.
export function valueAt(operand, offset, op) {
  return (offset + 1) * (op === "==" ? 1 : 10 ** operand);
}

export function shown(value) {
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(Math.round(value * 100) / 100);
}

function name(tensor, index) {
  return index.length ? `${tensor}[${index.join(", ")}]` : tensor;
}

// Everything about one cell of the result: what it reads, from where, and what comes out.
export function readsOf(shapes, op, position) {
  const reads = shapes.map((shape, k) => {
    const index = sourceIndex(shape, position);
    const strides = contiguousStrides(shape);
    const offset = memoryOffset(index, strides);
    return { index, name: name(NAMES[k], index), offset, value: valueAt(k, offset, op) };
  });
  const value = reads.map((read) => read.value).reduce(OPS[op]);
  return { name: name("result", position), reads, value };
}

// The panels, into `parent`. `onMark` is given { panel, position } when a cell is pointed at or focused.
export function drawPanels(parent, shapes, result, op, onMark) {
  const all = positions(result);
  const facts = all.map((position) => readsOf(shapes, op, position));
  const panels = [...shapes.keys(), "result"].map((panel) => {
    const firstSeen = new Set();
    const cells = all.map((position, p) => {
      const read = panel === "result" ? null : facts[p].reads[panel];
      const ghost = read !== null && firstSeen.has(read.offset);
      if (read) firstSeen.add(read.offset);
      const [far, down] = [-1, -2].map((dim) => (ghost && (shapes[panel].at(dim) ?? 1) === 1 ? position.at(dim) ?? 0 : 0));
      return h("div", {
        class: `pl-cell${ghost ? " pl-ghost" : ""}`,
        role: "gridcell",
        style: ghost ? `--far: ${far}; --down: ${down}` : null,
        "aria-label": read ? operandLabel(read, ghost, facts, panel) : resultLabel(facts[p]),
        onfocus: () => onMark({ panel, position: p }),
        onmouseenter: () => onMark({ panel, position: p }, true),
      }, shown(read ? read.value : facts[p].value));
    });
    const grid = gridOf(cells, result, panel === "result" ? "result" : NAMES[panel]);
    return { panel, cells, grid };
  });
  panels.forEach(({ panel, grid }, place) => {
    const shape = panel === "result" ? result : shapes[panel];
    const title = panel === "result" ? "result" : NAMES[panel];
    const stretched = panel !== "result" && written(shape) !== written(result);
    const box = h("div", { class: `pl-panel pl-${title}` },
      h("p", { class: "pl-panel-title" }, h("b", {}, title), ` ${written(shape)}`,
        stretched ? ` stretched to ${written(result)}` : ""),
      grid,
      panel === "result" ? null : h("p", { class: "pl-small" },
        `stride${result.length === 1 ? "" : "s"} ${written(expandedStrides(shape, result))}`),
      panel === "result" ? null : memoryStrip(shape, panel, op));
    parent.append(joined(place && (panel === "result" ? "=" : op), box));
  });
  return { mark: (marked) => mark(parent, panels, facts, marked), facts };
}

// Operands that do not meet: each as it is, with nothing to point at.
export function drawApart(parent, shapes, op) {
  shapes.forEach((shape, k) => {
    const cells = positions(shape).map((_, p) => h("div", { class: "pl-cell pl-still" }, shown(valueAt(k, p, op))));
    parent.append(joined(k && op, h("div", { class: `pl-panel pl-${NAMES[k]}` },
      h("p", { class: "pl-panel-title" }, h("b", {}, NAMES[k]), ` ${written(shape)} as it is`),
      h("div", { class: "pl-grid", role: "img", "aria-label": `the cells of ${NAMES[k]}, shape ${written(shape)}` }, slicesOf(cells, shape).slices))));
  });
}

// A panel with the sign that stands before it, so that the two wrap together.
function joined(sign, panel) {
  return h("div", { class: "pl-joined" }, sign ? h("span", { class: "pl-between", "aria-hidden": "true" }, sign) : null, panel);
}

function resultLabel(fact) {
  return `${fact.name} is ${shown(fact.value)}, from ${fact.reads.map((r) => r.name).join(" and ")}`;
}

function operandLabel(read, ghost, facts, panel) {
  const times = facts.filter((fact) => fact.reads[panel].offset === read.offset).length;
  return `${read.name} is ${shown(read.value)}${ghost ? ", repeated, not copied" : ""}, read ${times === 1 ? "once" : `${times} times`}`;
}

// Cells in rows; the first of three dims becomes a stack of labelled slices.
function slicesOf(cells, shape, role = () => ({})) {
  const width = shape.at(-1) ?? 1;
  const height = shape.at(-2) ?? 1;
  const rows = [];
  for (let at = 0; at < cells.length; at += width) rows.push(cells.slice(at, at + width));
  const rowElements = rows.map((row) => h("div", { class: "pl-row", ...role("row") }, row));
  const slices = [];
  for (let at = 0; at < rows.length; at += height) {
    slices.push(h("div", { class: "pl-slice", ...role("rowgroup"), "data-slice": shape.length === 3 ? `[${at / height}]` : null },
      rowElements.slice(at, at + height)));
  }
  return { rows, slices };
}

export function gridOf(cells, shape, label) {
  const { rows, slices } = slicesOf(cells, shape, (role) => ({ role }));
  const grid = h("div", { role: "grid", class: "pl-grid", "aria-label": `cells of ${label}, move with the arrow keys` }, slices);
  walkable(grid, rows);
  return grid;
}

// What is really in memory, once each.
function memoryStrip(shape, panel, op) {
  const count = Number(elements(shape));
  return h("div", { class: "pl-memory", role: "img", "aria-label": `memory of ${NAMES[panel]}: ${count} ${count === 1 ? "element" : "elements"}` },
    h("span", { class: "pl-small" }, "memory"),
    Array.from({ length: count }, (_, k) => h("span", { class: "pl-box" }, shown(valueAt(panel, k, op)))));
}

// Marks what the pointed-at cell reads (from a result cell) or who reads it (from an operand's cell).
function mark(parent, panels, facts, marked) {
  parent.querySelectorAll(".pl-on, .pl-here, .pl-source").forEach((cell) => cell.classList.remove("pl-on", "pl-here", "pl-source"));
  if (!marked) return;
  const { panel, position } = marked;
  const same = facts.map((fact, p) => (panel === "result"
    ? p === position
    : fact.reads[panel].offset === facts[position].reads[panel].offset));
  panels.forEach((drawn) => {
    const involved = panel === "result" || drawn.panel === panel || drawn.panel === "result";
    if (!involved) return;
    drawn.cells.forEach((cell, p) => {
      if (same[p]) cell.classList.add("pl-on");
    });
    if (drawn.panel === "result") return;
    const offset = facts[position].reads[drawn.panel].offset;
    drawn.cells[facts.findIndex((fact) => fact.reads[drawn.panel].offset === offset)].classList.add("pl-source");
    const box = drawn.grid.parentElement.querySelectorAll(".pl-box")[offset];
    box.classList.add("pl-on");
  });
  panels.find((drawn) => drawn.panel === panel).cells[position].classList.add("pl-here");
}

// The sentences under the panels for the marked cell.
export function explain(shapes, op, result, facts, { panel, position }) {
  const fact = facts[position];
  if (panel === "result") {
    const all = positions(result);
    const sum = fact.reads.map((read) => shown(read.value)).join(` ${op} `);
    const lines = fact.reads.map((read, k) => {
      const strides = expandedStrides(shapes[k], result);
      const steps = all[position].map((i, dim) => `${i}×${strides[dim]}`).join(" + ");
      return `memory of ${NAMES[k]}: place ${steps ? `${steps} = ` : ""}${read.offset}, which is ${read.name}`;
    });
    return [`${fact.name} = ${fact.reads.map((read) => read.name).join(` ${op} `)}, here ${sum}, which is ${shown(fact.value)}`, ...lines];
  }
  const read = fact.reads[panel];
  const readers = facts.filter((other) => other.reads[panel].offset === read.offset).map((other) => other.name);
  const who = readers.length > 6 ? [...readers.slice(0, 5), "…", readers.at(-1)] : readers;
  if (readers.length === 1) return [`${read.name} is read once, by ${readers[0]}.`, "One reader, so backward has nothing to add up."];
  return [
    `${read.name} is read ${readers.length} times, by ${who.join(", ")}.`,
    `So in backward its gradient is a sum of ${readers.length} terms, one from each of them.`,
  ];
}
