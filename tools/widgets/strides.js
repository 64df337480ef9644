// Take steps, watch shape, strides and memory: the page side of StridesExplorer.

import { frame, h, liveRegion, uniqueId, walkable, watch } from "./base.js";
import { MAX_PLACES, STEP_NAMES, StepError, codeOf, indicesOf, isInOrder, movedPlaces, movedWords, placeOf, placesOf, product, take, takeAll, tupleText } from "./strides_rules.js";

const EXAMPLES = [
  { label: "a new tensor", start: [3, 4], program: [], note: "A step down jumps over a row of 4, a step to the right moves by 1." },
  { label: "transposed", start: [3, 4], program: ["t()"], note: "The two strides have changed places. That is all." },
  { label: "every second column", start: [3, 4], program: ["[:, ::2]"], note: "The last stride is doubled. The numbers between are still there, nobody looks at them." },
  { label: "one column", start: [3, 4], program: ["[:, 1]"], note: "One dimension less, and an offset: the column begins at place 1." },
  { label: "transposed, then view: refused", start: [3, 4], program: ["t()"], next: "view(12)", note: "In reading order the places would be 0, 4, 8, 1, …: no single stride steps like that." },
  { label: "transposed, then reshape: a copy", start: [3, 4], program: ["t()", "reshape(12)"], note: "reshape does what view cannot: it writes the numbers anew." },
  { label: "a part, its rows in pairs", start: [4, 4], program: ["[:, :3]", "view(2, 2, 3)"], note: "There are gaps between the rows, but no new dimension steps across one. So a view will do." },
  { label: "channels first", start: [2, 3, 3], program: ["permute(2, 0, 1)"], note: "A picture of 2 × 3 pixels, three colours each, as three planes." },
  { label: "stretched", start: [3, 1], program: ["expand(3, 4)"], note: "Stride 0: a step to the right stays at the same place." },
];

function render({ model, el }) {
  const box = frame(el, "Strides explorer");
  const put = (traits) => {
    for (const [name, value] of Object.entries(traits)) model.set(name, value);
    model.save_changes();
  };
  const ids = Object.fromEntries(["example", "start", "next"].map((name) => [name, uniqueId(name)]));
  let error = "";
  let startError = "";
  const example = h("select", { id: ids.example, onchange: () => choose(EXAMPLES[example.value]) },
    h("option", { value: "" }, "your own steps"), EXAMPLES.map(({ label }, k) => h("option", { value: k }, label)));
  const startReads = h("span", { id: `${ids.start}-reads`, class: "pl-reads" });
  const start = h("input", { id: ids.start, type: "text", size: 9, autocomplete: "off", spellcheck: "false", "aria-describedby": startReads.id });
  const hint = h("span", { id: `${ids.next}-hint`, class: "pl-reads" }, `such as t(), [:, ::2], view(2, -1); there are [ ], T, ${STEP_NAMES.join(", ")}`);
  const next = h("input", { id: ids.next, type: "text", size: 18, autocomplete: "off", spellcheck: "false", "aria-describedby": hint.id });
  const apply = h("button", { type: "submit", class: "pl-button" }, "take the step");
  const undo = h("button", { type: "button", class: "pl-button", onclick: () => { error = ""; put({ program: model.get("program").slice(0, -1) }); } }, "undo");
  const form = h("form", { class: "pl-controls", onsubmit: (event) => { event.preventDefault(); step(next.value); } },
    h("div", { class: "pl-field pl-step" }, h("label", { for: ids.next }, "next step"), next, hint), apply, undo);
  const note = h("p", { class: "pl-note" });
  const code = h("code", { class: "pl-code" });
  const outcome = h("div", { class: "pl-outcome" });
  const steps = h("div", { class: "pl-scroll", tabindex: 0, role: "region", "aria-label": "the steps, scrollable" });
  const panels = h("div", { class: "pl-panels" });
  const told = h("div", { class: "pl-told" });
  box.append(
    h("div", { class: "pl-controls" },
      h("div", { class: "pl-field" }, h("label", { for: ids.example }, "example"), example),
      h("div", { class: "pl-field" }, h("label", { for: ids.start }, "shape of the new tensor"), start, startReads)),
    note, form, h("p", { class: "pl-line" }, "x = ", code), outcome, steps, panels, told,
  );
  const say = liveRegion(box);

  function choose(chosen) {
    if (!chosen) return;
    error = "";
    startError = "";
    next.value = chosen.next ?? "";
    put({ start: chosen.start, program: chosen.program });
    if (chosen.next) queueMicrotask(() => step(chosen.next));
  }

  function step(text) {
    if (!text.trim()) return;
    try {
      take(takeAll(model.get("start"), model.get("program")).at(-1).state, text);
    } catch (problem) {
      if (!(problem instanceof StepError)) throw problem;
      error = problem.message;
      update();
      return;
    }
    error = "";
    next.value = "";
    put({ program: [...model.get("program"), text.trim()] });
  }

  start.addEventListener("input", () => {
    const numbers = start.value.replace(/[()[\]]/g, " ").split(/[,\s]+/).filter(Boolean);
    const shape = numbers.map(Number);
    startError = numbers.some((each) => !/^\d+$/.test(each)) ? "a shape is made of whole numbers, such as 3, 4"
      : shape.length > 3 ? "up to 3 dims are drawn"
      : product(shape) > MAX_PLACES ? `up to ${MAX_PLACES} numbers are drawn` : "";
    if (!startError) {
      error = "";
      put({ start: shape, program: [] });
    }
    showStart();
  });
  function showStart() {
    const shape = model.get("start");
    if (!startError && document.activeElement !== start) start.value = shape.join(", ");
    start.setAttribute("aria-invalid", startError ? "true" : "false");
    startReads.classList.toggle("pl-wrong", Boolean(startError));
    startReads.textContent = startError || `${tupleText(shape)}: ${product(shape)} ${product(shape) === 1 ? "number" : "numbers"}`;
  }

  function update(first = false) {
    const [shape, program] = [model.get("start"), model.get("program")];
    const done = takeAll(shape, program);
    const { state, kind } = done.at(-1);
    const before = done.at(-2)?.state;
    const k = EXAMPLES.findIndex((e) => JSON.stringify([e.start, e.program]) === JSON.stringify([shape, program]) && (e.next ?? "") === (error ? next.value.trim() : ""));
    example.value = k < 0 ? "" : String(k);
    note.textContent = k < 0 ? "" : EXAMPLES[k].note;
    showStart();
    undo.disabled = program.length === 0;
    next.setAttribute("aria-invalid", error ? "true" : "false");
    code.textContent = codeOf(shape, program);
    outcome.className = `pl-outcome ${error ? "pl-bad" : kind === "copy" ? "pl-care" : "pl-good"}`;
    const sign = (mark) => h("span", { class: "pl-sign", "aria-hidden": "true" }, mark);
    outcome.replaceChildren(...(error
      ? [h("p", { class: "pl-head" }, sign("✗"), `${next.value.trim()} is refused.`), h("p", {}, error)]
      : [h("p", { class: "pl-head" }, sign(kind === "copy" ? "⚠" : "✓"), movedWords(before, state, kind)), h("p", {}, facts(state))]));
    steps.replaceChildren(stepTable(done));
    drawPanels(state, kind === "copy" ? before : null);
    if (!first) say([...outcome.children].map((line) => line.textContent).join(" "));
  }

  function drawPanels(state, before) {
    const indices = indicesOf(state.shape);
    const places = placesOf(state);
    let kept = null;
    const point = (place, index, passing) => {
      const marked = { place, index };
      if (!passing) kept = marked;
      tell(marked);
    };
    const cells = indices.map((index, k) => h("div", {
      class: "pl-cell", role: "gridcell", style: tint(state.memory[places[k]], state),
      "aria-label": `${nameOf(index)} is ${state.memory[places[k]]}, at place ${places[k]}`,
      onfocus: () => point(places[k], index), onmouseenter: () => point(places[k], index, true),
    }, String(state.memory[places[k]])));
    const moved = before ? new Set(movedPlaces(before, state)) : new Set();
    const boxes = state.memory.map((number, place) => h("div", {
      class: `pl-place${places.includes(place) ? "" : " pl-unseen"}${moved.has(place) ? " pl-moved" : ""}`, role: "gridcell", style: tint(number, state),
      "aria-label": `place ${place} holds ${number}, ${readers(place, indices, places)}${moved.has(place) ? ", moved" : ""}`,
      onfocus: () => point(place, null), onmouseenter: () => point(place, null, true),
    }, h("span", { class: "pl-number" }, String(number)), h("span", { class: "pl-at", "aria-hidden": "true" }, String(place))));
    function tell(marked) {
      cells.forEach((cell, k) => cell.classList.toggle("pl-on", marked !== null && places[k] === marked.place));
      boxes.forEach((each, place) => each.classList.toggle("pl-on", marked !== null && place === marked.place));
      told.replaceChildren(...sentences(marked, state, indices, places).map((line, k) => h("p", { class: k || !marked ? "pl-small" : "pl-head" }, line)));
    }
    panels.replaceChildren(
      h("div", { class: "pl-panel" }, h("p", { class: "pl-panel-title" }, h("b", {}, "x"), ` as you see it, shape ${tupleText(state.shape)}`),
        cells.length ? gridOf(cells, state.shape, "cells of x") : h("p", { class: "pl-small" }, "no elements")),
      h("div", { class: "pl-panel pl-wide" }, h("p", { class: "pl-panel-title" }, h("b", {}, "memory"), `, ${state.memory.length} places`),
        boxes.length ? gridOf(boxes, [boxes.length], "places in memory") : h("p", { class: "pl-small" }, "no places"),
        before ? h("p", { class: "pl-small" }, `Before the copy: ${before.memory.join(" ")}. Places with a double frame hold another number than before.`) : ""));
    panels.onmouseleave = () => tell(kept);
    tell(null);
  }

  const stop = watch(model, ["start", "program"], () => update());
  update(true);
  return stop;
}

function facts(state) {
  return `shape ${tupleText(state.shape)}, stride ${tupleText(state.stride)}, offset ${state.offset}, ${isInOrder(state) ? "contiguous" : "not contiguous"}`;
}

function nameOf(index) {
  return index.length ? `x[${index.join(", ")}]` : "x";
}

function readers(place, indices, places) {
  const names = indices.filter((_, k) => places[k] === place).map(nameOf);
  if (!names.length) return "which x does not show";
  const last = names.length > 4 ? `${names.length - 3} more` : names.at(-1);
  const others = names.slice(0, names.length > 4 ? 3 : -1);
  return `shown as ${others.length ? `${others.join(", ")} and ` : ""}${last}`;
}

function sentences(marked, state, indices, places) {
  if (!marked) return ["Point at a cell or a place, or Tab to them and use the arrow keys, to see how they belong together."];
  if (!marked.index) return [`Place ${marked.place} holds ${state.memory[marked.place]}, ${readers(marked.place, indices, places)}.`];
  const terms = marked.index.map((i, d) => `${i}×${state.stride[d]}`);
  return [
    `${nameOf(marked.index)} = ${state.memory[marked.place]}`,
    `offset ${state.offset}${terms.length ? ` + ${terms.join(" + ")}` : ""} = place ${placeOf(state, marked.index)}`,
  ];
}

// The colour follows the number, wherever it goes.
function tint(number, state) {
  return `--tint: ${Math.round((100 * number) / Math.max(...state.memory, 1))}%`;
}

function stepTable(done) {
  const kinds = { new: "new memory", view: "view", copy: "copy, new memory", itself: "itself" };
  return h("table", { class: "pl-steps-table" },
    h("caption", { class: "pl-hidden" }, "Every step with the shape, strides and offset after it"),
    h("thead", {}, h("tr", {}, ["step", "gives", "shape", "stride", "offset"].map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, done.map(({ text, state, kind }, k) => h("tr", { class: k === done.length - 1 ? "pl-last" : null },
      h("th", { scope: "row" }, text || "arange, reshape"), h("td", {}, kinds[kind]),
      h("td", {}, tupleText(state.shape)), h("td", {}, tupleText(state.stride)), h("td", {}, String(state.offset))))));
}

// Cells in rows; of three dims the first becomes a stack of slices.
function gridOf(cells, shape, label) {
  const [width, height] = [shape.at(-1) ?? 1, shape.at(-2) ?? 1];
  const rows = Array.from({ length: cells.length / width }, (_, k) => cells.slice(k * width, (k + 1) * width));
  const drawn = rows.map((row) => h("div", { class: "pl-row", role: "row" }, row));
  const slices = Array.from({ length: rows.length / height }, (_, k) => h("div", { class: "pl-slice", role: "rowgroup" }, drawn.slice(k * height, (k + 1) * height)));
  const grid = h("div", { role: "grid", class: "pl-grid", "aria-label": `${label}, move with the arrow keys` }, slices);
  walkable(grid, rows);
  return grid;
}

export default { render };
