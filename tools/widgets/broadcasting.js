// Type shapes, see them meet: the page side of BroadcastingExplorer.

import { frame, h, liveRegion, uniqueId, watch } from "./base.js";
import { OPS, drawApart, drawPanels, drawable, explain } from "./cells.js";
import { NAMES, align, caution, columnWords, elements, expandedStrides, grouped, parseShape, pytorchError, verdict, written } from "./shapes.js";

const EXAMPLES = [
  { label: "a column and a row", a: [3, 1], b: [4], op: "+", note: "Each stretches along the other: every sum of a pair." },
  { label: "a batch and a bias", a: [5, 3], b: [3], op: "+", note: "Five rows of three features, one bias for each feature. The bias is repeated for every row." },
  { label: "the silent bug: (N, 1) and (N,)", a: [4, 1], b: [4], op: "==", note: "Four predictions against four labels should make 4 answers. This makes 16." },
  { label: "a scale for each channel", a: [2, 3, 4], b: [3, 1], op: "*", note: "The 1 in (3, 1) holds the last place free, so 3 meets the middle dim." },
  { label: "a single number (0-d)", a: [2, 3], b: [], op: "*", note: "A 0-d tensor has no dims at all: every one is missing, so it meets anything." },
  { label: "size 0 meets size 1", a: [2, 0], b: [1], op: "+", note: "A 1 becomes whatever it meets, even 0. Nothing is computed, and it is no error." },
  { label: "three tensors", a: [2, 1, 1], b: [3, 1], c: [4], op: "+", note: "Each brings one dim, and together they make a block." },
  { label: "it fails: 4 against 3", a: [3, 4], b: [3], op: "+", note: "The 3 you meant is on the left, but shapes meet from the right. b with shape (3, 1) would do." },
];

function render({ model, el }) {
  const box = frame(el, "Broadcasting explorer");
  const shapesNow = () => NAMES.map((name) => model.get(name)).filter((shape) => shape !== null);
  const put = (traits) => {
    for (const [name, value] of Object.entries(traits)) model.set(name, value);
    model.save_changes();
  };

  const fields = NAMES.map((name) => shapeField(name, model, put, () => update()));
  const opSelect = choice("operation", Object.keys(OPS).map((op) => [op, op]), (op) => put({ op }));
  const example = choice("example", [["", "your own shapes"], ...EXAMPLES.map(({ label }, k) => [k, label])], (k) => {
    if (k === "") return;
    const { a, b, c = null, op } = EXAMPLES[k];
    put({ a, b, c, op });
  });
  const third = h("button", { type: "button", class: "pl-button", onclick: () => {
    if (model.get("c") !== null) put({ c: null });
    else put({ c: [1], ...(model.get("op") === "==" ? { op: "+" } : {}) });
    // After the update, which shows or hides the field.
    queueMicrotask(() => (model.get("c") === null ? third : fields[2].input).focus());
  } });
  const note = h("p", { class: "pl-note" });
  const outcome = h("div", { class: "pl-outcome" });
  const table = h("div", { class: "pl-scroll" });
  const steps = h("div", { class: "pl-steps" });
  const cells = h("div", { class: "pl-cells" });
  const told = h("div", { class: "pl-told" });
  box.append(
    h("div", { class: "pl-controls" }, example.element, opSelect.element),
    note,
    h("div", { class: "pl-controls" }, fields.map((field) => field.element), third),
    outcome,
    h("div", { class: "pl-side" }, table, steps),
    cells,
    told,
  );
  const say = liveRegion(box);

  function update(first = false) {
    const shapes = shapesNow();
    const op = model.get("op");
    const alignment = align(shapes);
    fields.forEach((field) => field.refresh());
    opSelect.value = op;
    opSelect.disable("==", shapes.length > 2);
    third.textContent = shapes.length > 2 ? "remove c" : "add a third, c";
    const k = EXAMPLES.findIndex((e) => e.op === op
      && NAMES.every((name) => JSON.stringify(e[name] ?? null) === JSON.stringify(model.get(name))));
    example.value = k < 0 ? "" : String(k);
    note.textContent = k < 0 ? "" : EXAMPLES[k].note;

    const error = fields.map((field) => field.error).find(Boolean);
    outcome.replaceChildren(...outcomeLines(alignment, op, error));
    outcome.className = `pl-outcome ${error || alignment.clash ? "pl-bad" : caution(alignment) ? "pl-care" : "pl-good"}`;
    table.replaceChildren(alignmentTable(alignment));
    steps.replaceChildren(...stepList(alignment));
    drawCells(alignment, op);
    if (!first) say(outcome.textContent);
  }

  function drawCells({ shapes, result, clash }, op) {
    cells.replaceChildren();
    told.replaceChildren();
    if (clash) {
      if (shapes.every(drawable)) drawApart(cells, shapes, op);
      return;
    }
    const why = noCells(shapes, result);
    if (why) {
      told.append(h("p", { class: "pl-small" }, why));
      return;
    }
    const hint = () => told.replaceChildren(h("p", { class: "pl-small" },
      "Dashed cells are repeats: nothing is copied. Point at a cell, or Tab to a grid and use the arrow keys, to see what is read from where."));
    const show = (marked) => {
      drawn.mark(marked);
      if (!marked) return hint();
      const [head, ...rest] = explain(shapes, op, result, drawn.facts, marked);
      told.replaceChildren(h("p", { class: "pl-head" }, head), ...rest.map((line) => h("p", {}, line)));
    };
    let kept = null;
    const drawn = drawPanels(cells, shapes, result, op, (marked, passing) => {
      if (!passing) kept = marked;
      show(marked);
    });
    cells.onmouseleave = () => show(kept);
    hint();
  }

  const stop = watch(model, [...NAMES, "op"], () => update());
  update(true);
  return stop;
}

// One labelled text field for a shape; `refresh` brings it in step with the trait.
function shapeField(name, model, put, changed) {
  const id = uniqueId(name);
  const reads = h("span", { id: `${id}-reads`, class: "pl-reads" });
  const input = h("input", { id, type: "text", size: 12, autocomplete: "off", spellcheck: "false", "aria-describedby": reads.id });
  const element = h("div", { class: `pl-field pl-${name}` }, h("label", { for: id }, "shape of ", h("b", {}, name)), input, reads);
  const field = { element, input, error: null, refresh };
  input.addEventListener("input", () => {
    const { shape, error } = parseShape(input.value);
    field.error = error ?? null;
    if (shape && written(shape) !== written(model.get(name))) put({ [name]: shape });
    else changed();
  });
  function refresh() {
    const shape = model.get(name);
    element.hidden = shape === null;
    if (shape === null) field.error = null;
    else {
      const typed = parseShape(input.value).shape;
      const stale = typed ? written(typed) !== written(shape) : document.activeElement !== input;
      if (stale || (input.value === "" && document.activeElement !== input)) {
        input.value = shape.length ? shape.join(", ") : "()";
        field.error = null;
      }
    }
    input.setAttribute("aria-invalid", field.error ? "true" : "false");
    reads.classList.toggle("pl-wrong", Boolean(field.error));
    reads.textContent = field.error ?? (shape ? reading(shape) : "");
  }
  return field;
}

function reading(shape) {
  const count = elements(shape);
  const dims = shape.length === 0 ? "no dims, one number" : `${shape.length} ${shape.length === 1 ? "dim" : "dims"}, ${grouped(count)} ${count === 1n ? "element" : "elements"}`;
  return `${written(shape)}: ${dims}`;
}

// A labelled <select>.
function choice(label, options, chosen) {
  const id = uniqueId(label);
  const select = h("select", { id, onchange: () => chosen(select.value) }, options.map(([value, text]) => h("option", { value }, text)));
  return {
    element: h("div", { class: "pl-field" }, h("label", { for: id }, label), select),
    set value(value) { select.value = value; },
    disable(value, off) { [...select.options].find((o) => o.value === value).disabled = off; },
  };
}

function outcomeLines(alignment, op, error) {
  const sign = (mark) => h("span", { class: "pl-sign", "aria-hidden": "true" }, mark);
  if (error) {
    return [
      h("p", { class: "pl-head" }, sign("✎"), error),
      h("p", {}, `Until it is a shape, you see the last one: ${verdict(alignment, op)}.`),
    ];
  }
  if (alignment.clash) {
    return [
      h("p", { class: "pl-head" }, sign("✗"), `${verdict(alignment, op)}.`),
      h("p", {}, "PyTorch says: ", h("code", {}, `RuntimeError: ${pytorchError(alignment.clash)}`)),
    ];
  }
  const counts = alignment.shapes.map((shape, k) => `${grouped(elements(shape))} of ${NAMES[k]}`);
  const total = elements(alignment.result);
  const warning = caution(alignment);
  return [
    h("p", { class: "pl-head" }, sign("✓"), `${verdict(alignment, op)}.`),
    h("p", {}, `The result has ${grouped(total)} ${total === 1n ? "element" : "elements"}, made from ${listed(counts)}.`),
    warning && h("p", {}, sign("⚠"), warning),
  ].filter(Boolean);
}

function listed(words) {
  return words.length < 3 ? words.join(" and ") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function alignmentTable({ shapes, columns, result, clash }) {
  const strides = result && shapes.map((shape) => expandedStrides(shape, result));
  const rows = shapes.map((shape, k) => h("tr", { class: `pl-${NAMES[k]}` },
    h("th", { scope: "row" }, h("b", {}, NAMES[k]), ` ${written(shape)}`),
    columns.map(({ sizes, size }, place) => sizeCell(sizes[k], size, strides && strides[k][place]))));
  return h("table", { class: "pl-table" },
    h("caption", { class: "pl-hidden" }, "The shapes with their last dims in one column"),
    h("thead", {}, h("tr", {}, h("td", {}), columns.map(({ dim }) => h("th", { scope: "col" }, `dim ${dim}`)))),
    h("tbody", {}, rows, h("tr", { class: "pl-result" },
      h("th", { scope: "row" }, h("b", {}, "result"), clash ? " none" : ` ${written(result)}`),
      columns.map(({ size }) => h("td", { class: size === null ? "pl-clash" : null },
        h("span", { class: "pl-size" }, size === null ? "✗" : grouped(size)),
        h("span", { class: "pl-tag" }, size === null ? "clash" : ""))))));
}

// One size in the table: what it was, what it becomes, and how.
function sizeCell(size, met, stride) {
  const stretches = met !== null && (size ?? 1) !== met;
  const how = [
    size === null && "missing",
    met === null && size !== null && size !== 1 && "clash",
    stretches && (met === 0 ? "repeated 0 times" : "stretches"),
    stride !== null && `stride ${grouped(stride)}`,
  ].filter(Boolean).join(", ");
  const style = size === null ? "pl-missing" : stretches ? "pl-stretches" : met === null && size !== 1 ? "pl-clash" : null;
  return h("td", { class: style },
    h("span", { class: "pl-size" }, grouped(size ?? 1), stretches ? h("span", { class: "pl-becomes" }, ` → ${grouped(met)}`) : ""),
    h("span", { class: "pl-tag" }, how));
}

function stepList({ columns }) {
  if (columns.length === 0) return [h("p", {}, "Nothing to line up: these are single numbers.")];
  return [
    h("p", { class: "pl-small" }, "Read from the right:"),
    h("ol", {}, [...columns].reverse().map((column) => h("li", {}, columnWords(column)))),
  ];
}

function noCells(shapes, result) {
  if (elements(result) === 0n) return "A dim of size 0: the result has no cells, so nothing is read and there is nothing to draw.";
  if (drawable(result)) return "";
  return "Too many cells to draw one by one (up to 3 dims and 96 cells are drawn). What stands above holds at any size.";
}

export default { render };
