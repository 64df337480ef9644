// Two types meet: the page side of PromotionTable.

import { frame, h, liveRegion, uniqueId, walkable, watch } from "./base.js";
import { KINDS, NUMBERS, OPS, TYPES, category, meetingType, operandWords, pitfall, reason, resultType, typesOf } from "./promotion_rules.js";

const TRAITS = ["a", "b", "kind_a", "kind_b", "op"];

function render({ model, el }) {
  const box = frame(el, "Type promotion table");
  const put = (traits) => {
    for (const [name, value] of Object.entries(traits)) model.set(name, value);
    model.save_changes();
  };
  const kindA = choice("first operand", Object.entries(KINDS), (kind) => changeKind("a", kind));
  const op = choice("operation", OPS.map((each) => [each, each]), (each) => put({ op: each }));
  const kindB = choice("second operand", Object.entries(KINDS), (kind) => changeKind("b", kind));
  const outcome = h("div", { class: "pl-outcome" });
  const scroll = h("div", { class: "pl-scroll" });
  box.append(h("div", { class: "pl-controls" }, kindA.element, op.element, kindB.element), outcome, scroll,
    h("p", { class: "pl-small" }, "Rows: the first operand. Columns: the second. Choose a cell with the mouse, or Tab to the table and use the arrow keys."));
  const say = liveRegion(box);
  let drawn = "";
  let cells = [];

  // A kind that lacks the type so far gets the type of the same category.
  function changeKind(side, kind) {
    const types = typesOf(kind);
    const own = model.get(side);
    put({ [`kind_${side}`]: kind, [side]: types.includes(own) ? own : types.find((name) => category(name) === category(own)) });
  }

  function update(first = false) {
    const [a, b, ka, kb, operation] = TRAITS.map((name) => model.get(name));
    const meeting = { kindA: ka, a, kindB: kb, b };
    [kindA.value, kindB.value, op.value] = [ka, kb, operation];
    const form = [ka, kb, operation].join();
    if (form !== drawn) {
      drawn = form;
      cells = table(scroll, ka, kb, operation, (row, column) => put({ a: row, b: column }));
    }
    cells.flat().forEach((cell) => {
      const here = cell.dataset.a === a && cell.dataset.b === b;
      cell.classList.toggle("pl-on", here);
      cell.setAttribute("aria-selected", here ? "true" : "false");
      if (!scroll.contains(document.activeElement)) cell.setAttribute("tabindex", here ? 0 : -1);
    });
    const [met, result] = [meetingType(meeting), resultType(meeting, operation)];
    const careful = pitfall(meeting, operation);
    outcome.className = `pl-outcome ${careful ? "pl-care" : "pl-good"}`;
    const after = operation === "==" ? ` They meet in ${met} to be compared; the answer is a truth value.`
      : result !== met ? " A division gives a floating type, float32 unless another is there." : "";
    outcome.replaceChildren(...[
      h("p", { class: "pl-head" }, `${capital(operandWords(ka, a))} ${operation} ${operandWords(kb, b)} gives ${result}.`),
      h("p", {}, `${reason(meeting)}${after}`),
      careful && h("p", {}, h("span", { class: "pl-sign", "aria-hidden": "true" }, "⚠"), careful),
    ].filter(Boolean));
    if (!first) say([...outcome.children].map((line) => line.textContent).join(" "));
  }

  const stop = watch(model, TRAITS, () => update());
  update(true);
  return stop;
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}

// A labelled <select>.
function choice(label, options, chosen) {
  const id = uniqueId(label.replace(" ", "-"));
  const select = h("select", { id, onchange: () => chosen(select.value) }, options.map(([value, text]) => h("option", { value }, text)));
  return {
    element: h("div", { class: "pl-field" }, h("label", { for: id }, label), select),
    set value(value) { select.value = value; },
  };
}

function heading(kind, name) {
  return kind === "number" ? NUMBERS[name] : name;
}

// The table of all meetings, into `parent`; returns its cells in rows.
function table(parent, kindA, kindB, op, chosen) {
  const [rows, columns] = [typesOf(kindA), typesOf(kindB)];
  const cells = rows.map((a) => columns.map((b) => {
    const result = resultType({ kindA, a, kindB, b }, op);
    return h("div", {
      class: `pl-type pl-type-${category(result)}`, role: "gridcell", "data-a": a, "data-b": b,
      "aria-label": `${heading(kindA, a)} ${op} ${heading(kindB, b)}: ${result}`,
      onfocus: () => chosen(a, b), onmousedown: (event) => { event.preventDefault(); event.currentTarget.focus(); },
    }, TYPES[result][2]);
  }));
  const grid = h("div", { role: "grid", class: "pl-grid", "aria-label": "result types, move with the arrow keys" },
    h("div", { class: "pl-row", role: "row" }, h("div", { class: "pl-corner", role: "columnheader" }, h("span", { class: "pl-hidden" }, "first operand")),
      columns.map((b) => h("div", { class: "pl-column", role: "columnheader", "aria-label": heading(kindB, b) }, kindB === "number" ? NUMBERS[b] : TYPES[b][2]))),
    rows.map((a, r) => h("div", { class: "pl-row", role: "row" }, h("div", { class: "pl-row-head", role: "rowheader" }, heading(kindA, a)), cells[r])));
  walkable(grid, cells);
  parent.replaceChildren(grid);
  return cells;
}

export default { render };
