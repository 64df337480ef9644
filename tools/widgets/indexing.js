// Type an index, see what it picks: the page side of IndexExplorer.

import { frame, h, liveRegion, uniqueId, watch } from "./base.js";
import { gridOf } from "./cells.js";
import { count, evaluate, nameOf, parseIndex, readersWords, indexVerdict } from "./indexing_rules.js";
import { parseShape, written } from "./shapes.js";

const MOST = 96;
const EXAMPLES = [
  { label: "a row", shape: [4, 6], index: "1", note: "An int takes its dimension away." },
  { label: "a column", shape: [4, 6], index: ":, 1", note: "The colon keeps dim 0 whole. The elements lie 6 apart in memory, and nothing is copied." },
  { label: "every second", shape: [4, 6], index: "1:, ::2", note: "A step doubles the stride." },
  { label: "the last, whatever comes before", shape: [2, 3, 4], index: "..., -1", note: "The three dots stand for all dimensions that nobody names." },
  { label: "a new dimension", shape: [6], index: "None, 1:4", note: "None makes a row of length 1, for broadcasting." },
  { label: "a list of rows", shape: [4, 6], index: "[0, 2, 2]", note: "Row 2 comes twice. No stride can do that, so it is copied, and backward adds up." },
  { label: "two lists: pairs", shape: [4, 6], index: "[0, 1, 3], [0, 1, 5]", note: "Three elements, not nine: the lists go in pairs." },
  { label: "a column and a row: a grid", shape: [4, 6], index: "[[0], [3]], [1, 2, 5]", note: "Positions broadcast: 2 rows by 3 columns." },
  { label: "a mask", shape: [4, 6], index: "x % 5 == 0", note: "A mask over both dimensions: the result is one flat row." },
  { label: "a mask of rows", shape: [4, 6], index: "[True, False, False, True]", note: "A mask over dim 0 keeps whole rows." },
  { label: "a slice between two lists", shape: [2, 3, 4], index: "[0, 1], :, [3, 0]", note: "The lists are no neighbours, so what they pick goes to the front: (2, 3), a trap." },
  { label: "it fails: one too far", shape: [4, 6], index: "4", note: "Rows 0 to 3, or -4 to -1. Slices never fail, ints do." },
];

function render({ model, el }) {
  const box = frame(el, "Index explorer");
  const put = (traits) => {
    for (const [name, value] of Object.entries(traits)) model.set(name, value);
    model.save_changes();
  };
  const shapeField = field("shape of x", "pl-a", (typed) => {
    const { shape, error } = parseShape(typed);
    const why = error ?? tooMuch(shape);
    if (!why) put({ shape });
    return why;
  }, () => (model.get("shape").length ? model.get("shape").join(", ") : "()"), () => update());
  const indexField = field("index, x[…]", "pl-result", (typed) => {
    const { error, text } = parseIndex(typed);
    if (!error) put({ index: text });
    return error;
  }, () => model.get("index"), () => update());
  const id = uniqueId("example");
  const example = h("select", { id, onchange: () => {
    if (example.value === "") return;
    const { shape, index } = EXAMPLES[example.value];
    put({ shape, index });
  } }, h("option", { value: "" }, "your own index"), EXAMPLES.map(({ label }, k) => h("option", { value: k }, label)));
  const note = h("p", { class: "pl-note" });
  const outcome = h("div", { class: "pl-outcome" });
  const steps = h("div", { class: "pl-steps pl-index-steps" });
  const cells = h("div", { class: "pl-cells" });
  const told = h("div", { class: "pl-told" });
  box.append(
    h("div", { class: "pl-controls" }, h("div", { class: "pl-field" }, h("label", { for: id }, "example"), example)),
    note,
    h("div", { class: "pl-controls" }, shapeField.element, indexField.element),
    outcome, steps, cells, told,
  );
  const say = liveRegion(box);

  function update(first = false) {
    const shape = model.get("shape");
    const index = model.get("index");
    shapeField.refresh();
    indexField.refresh();
    const k = EXAMPLES.findIndex((e) => e.index === index && e.shape.join() === shape.join());
    example.value = k < 0 ? "" : String(k);
    note.textContent = k < 0 ? "" : EXAMPLES[k].note;
    const parsed = parseIndex(index);
    const typing = shapeField.error ?? indexField.error ?? parsed.error;
    const result = parsed.error ? null : evaluate(shape, parsed.items);
    outcome.replaceChildren(...outcomeLines(parsed.text, result, typing));
    outcome.className = `pl-outcome ${typing || result.refused ? "pl-bad" : result.isView ? "pl-good" : "pl-care"}`;
    steps.replaceChildren(...(result?.steps?.length ? [h("p", { class: "pl-small" }, "Item by item:"), h("ol", {}, result.steps.map((step) => h("li", {}, step)))] : []));
    draw(shape, result);
    if (!first) say(outcome.textContent);
  }

  function draw(shape, result) {
    cells.replaceChildren();
    told.replaceChildren();
    if (!result || result.refused) return;
    const panels = drawIndexPanels(cells, shape, result, (lines) => told.replaceChildren(
      ...lines.map((line, k) => h("p", { class: k ? null : "pl-head" }, line))));
    told.append(h("p", { class: "pl-small" }, panels));
  }

  const stop = watch(model, ["shape", "index"], () => update());
  update(true);
  return stop;
}

function tooMuch(shape) {
  if (shape.length > 3) return `That is ${shape.length} dims. Up to 3 are drawn here.`;
  if (count(shape) > MOST) return `That is ${count(shape)} elements. Up to ${MOST} are drawn here.`;
  return null;
}

// A labelled text field. `typed` takes what was typed and answers what is wrong with it, if anything.
function field(label, look, typed, value, changed) {
  const id = uniqueId("index");
  const reads = h("span", { id: `${id}-reads`, class: "pl-reads" });
  const input = h("input", { id, type: "text", size: 26, autocomplete: "off", autocapitalize: "off", spellcheck: "false", "aria-describedby": reads.id });
  const made = { element: h("div", { class: `pl-field ${look}` }, h("label", { for: id }, label), input, reads), error: null, refresh };
  let last = null;
  input.addEventListener("input", () => {
    made.error = typed(input.value) ?? null;
    last = value();
    changed();
  });
  function refresh() {
    // What the kernel or an example has set replaces what was typed.
    if (value() !== last) {
      input.value = last = value();
      made.error = null;
    }
    input.setAttribute("aria-invalid", made.error ? "true" : "false");
    reads.classList.toggle("pl-wrong", Boolean(made.error));
    reads.textContent = made.error ?? "";
  }
  return made;
}

function outcomeLines(text, result, typing) {
  const sign = (mark) => h("span", { class: "pl-sign", "aria-hidden": "true" }, mark);
  if (typing) return [h("p", { class: "pl-head" }, sign("✎"), typing), result && h("p", {}, `Until then you see the last one: ${indexVerdict(text, result)}.`)].filter(Boolean);
  if (result.refused) {
    return [
      h("p", { class: "pl-head" }, sign("✗"), `${indexVerdict(text, result)}.`),
      h("p", {}, "PyTorch says: ", h("code", {}, `${result.refused.type}: ${result.refused.message}`)),
    ];
  }
  return [
    h("p", { class: "pl-head" }, sign(result.isView ? "≡" : "+"), `${indexVerdict(text, result)}.`),
    h("p", {}, result.isView ? "Writing into it writes into x." : "Writing into it leaves x as it is. (Writing x[…] = … in one statement writes into x all the same.)"),
  ];
}

// x and the result, cell by cell, and x's memory. Returns the sentence to begin with.
function drawIndexPanels(parent, shape, result, tell) {
  const times = Array.from({ length: count(shape) }, () => 0);
  for (const place of result.places) times[place]++;
  const drawable = result.shape.length <= 3 && result.places.length <= MOST && result.places.length > 0;
  const point = (place, position) => {
    mark(place, position);
    const name = nameOf("x", place, shape);
    const readers = result.places.flatMap((each, p) => (each === place ? [nameOf("result", p, result.shape)] : []));
    const lines = [position === null ? readersWords(name, times[place]) : `${nameOf("result", position, result.shape)} is ${name}, which lies at place ${place}.`];
    if (position === null && readers.length) lines.push(`It is ${readers.slice(0, 6).join(", ")}${readers.length > 6 ? ", …" : ""}.`);
    if (position !== null && result.isView) lines.push(way(result, position));
    if (position !== null && !result.isView) lines.push(readersWords(name, times[place]));
    tell(lines);
  };
  const xCells = times.map((many, place) => h("div", {
    class: `pl-cell${many ? "" : " pl-idle"}`, role: "gridcell",
    "aria-label": `${nameOf("x", place, shape)} is ${place}, ${many ? `picked ${many === 1 ? "once" : `${many} times`}` : "not picked"}`,
    onfocus: () => point(place, null), onmouseenter: () => point(place, null),
  }, String(place), many > 1 ? h("span", { class: "pl-many", "aria-hidden": "true" }, `×${many}`) : ""));
  const resultCells = drawable ? result.places.map((place, p) => h("div", {
    class: "pl-cell", role: "gridcell", "aria-label": `${nameOf("result", p, result.shape)} is ${place}, read from ${nameOf("x", place, shape)}`,
    onfocus: () => point(place, p), onmouseenter: () => point(place, p),
  }, String(place))) : [];
  const boxes = times.map((many, place) => h("span", { class: `pl-box${many ? "" : " pl-idle"}` }, String(place)));
  function mark(place, position) {
    parent.querySelectorAll(".pl-on, .pl-here").forEach((cell) => cell.classList.remove("pl-on", "pl-here"));
    xCells[place].classList.add("pl-on");
    boxes[place].classList.add("pl-on");
    resultCells.forEach((cell, p) => { if (result.places[p] === place) cell.classList.add("pl-on"); });
    (position === null ? xCells[place] : resultCells[position]).classList.add("pl-here");
  }
  const panel = (look, title, size, ...inside) => h("div", { class: "pl-joined" }, h("div", { class: `pl-panel ${look}` },
    h("p", { class: "pl-panel-title" }, h("b", {}, title), ` ${written(size)}`), inside));
  parent.append(panel("pl-a", "x", shape, xCells.length ? gridOf(xCells, shape, "x") : h("p", { class: "pl-small" }, "no elements"),
    h("div", { class: "pl-memory", role: "img", "aria-label": `memory of x: ${times.length} places, ${times.filter(Boolean).length} of them picked` },
      h("span", { class: "pl-small" }, "memory"), boxes)));
  parent.append(panel("pl-result", "result", result.shape, drawable ? gridOf(resultCells, result.shape, "the result")
    : h("p", { class: "pl-small" }, result.places.length ? `${result.places.length} elements in ${result.shape.length} dims, too many to draw.` : "no elements")));
  return "Pale cells are not picked. Point at a cell, or Tab to a grid and use the arrow keys, to see where it comes from and what backward does there.";
}

// How a view finds an element: the offset and the steps that lead there.
function way({ shape, strides, offset }, position) {
  let rest = position;
  const index = [...shape].reverse().map((size) => {
    const i = rest % size;
    rest = Math.floor(rest / size);
    return i;
  }).reverse();
  const terms = index.map((i, dim) => `${i} × ${strides[dim]}`);
  return `place = ${[`offset ${offset}`, ...terms].join(" + ")}`;
}

export default { render };
