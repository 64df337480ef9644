// Slide a kernel over an image, or add it along one: the page side of ConvolutionExplorer.

import { frame, h, liveRegion, uniqueId, walkable, watch } from "./base.js";
import { convOutput, convPairs, convPlan, convTerms, imageNumber, kernelNumber, plain } from "./convolution_rules.js";

const FIELDS = [["size", "image size", 1, 8], ["kernel_size", "kernel size", 1, 4], ["stride", "stride", 1, 4],
  ["padding", "padding", 0, 3], ["dilation", "dilation", 1, 3], ["output_padding", "output padding", 0, 3]];
const PLAIN = { size: 5, kernel_size: 3, stride: 1, padding: 0, dilation: 1, output_padding: 0, transposed: false };
const CASES = [
  { label: "a plain 3 × 3 kernel" },
  { label: "padding 1 keeps the size", padding: 1 },
  { label: "stride 2 halves it", size: 6, stride: 2, padding: 1 },
  { label: "dilation 2: a kernel with holes", size: 7, dilation: 2 },
  { label: "stride 3: the end is never looked at", size: 7, stride: 3 },
  { label: "nothing fits", size: 4, dilation: 2 },
  { label: "transposed, stride 2", size: 3, stride: 2, transposed: true },
  { label: "transposed, back from stride 2 to 6", size: 3, stride: 2, padding: 1, output_padding: 1, transposed: true },
].map((each) => ({ ...PLAIN, ...each }));
const NAMED = Object.keys(PLAIN);

function render({ model, el }) {
  const box = frame(el, "Convolution explorer");
  box.classList.add("pl-conv");
  const settings = () => Object.fromEntries(NAMED.map((name) => [name, model.get(name)]));
  const put = (traits) => {
    for (const [name, value] of Object.entries(traits)) model.set(name, value);
    model.save_changes();
  };

  const [caseId, kindId] = ["case", "kind"].map(uniqueId);
  const chosen = h("select", { id: caseId, onchange: () => {
    if (chosen.value === "") return;
    const { label, ...traits } = CASES[Number(chosen.value)];
    put({ ...traits, at: [0, 0] });
  } }, h("option", { value: "" }, "your own"), CASES.map(({ label }, k) => h("option", { value: k }, label)));
  const kind = h("input", { id: kindId, type: "checkbox", onchange: () => put({ transposed: kind.checked, at: [0, 0] }) });
  const fields = FIELDS.map(([name, label, low, high]) => {
    const id = uniqueId(name);
    const input = h("input", { id, type: "number", min: low, max: high, step: 1, oninput: () => {
      const value = Number(input.value);
      const fine = input.value !== "" && Number.isInteger(value) && value >= low && value <= high;
      input.setAttribute("aria-invalid", fine ? "false" : "true");
      wrong.textContent = fine ? "" : `${label}: a whole number from ${low} to ${high}`;
      if (fine) put({ [name]: value });
    }, onblur: () => { input.value = model.get(name); input.setAttribute("aria-invalid", "false"); wrong.textContent = ""; } });
    return { name, input, element: h("div", { class: "pl-field" }, h("label", { for: id }, label), input) };
  });
  const wrong = h("p", { class: "pl-wrong", role: "alert" });
  const outcome = h("div", { class: "pl-outcome" });
  const boards = h("div", { class: "pl-boards" });
  const told = h("p", { class: "pl-told" });
  box.append(
    h("div", { class: "pl-controls" },
      h("div", { class: "pl-field" }, h("label", { for: caseId }, "example"), chosen),
      h("div", { class: "pl-check" }, kind, h("label", { for: kindId }, "transposed"))),
    h("div", { class: "pl-controls" }, fields.map(({ element }) => element)),
    wrong, outcome, boards, told,
    h("p", { class: "pl-small" }, "Point at a number of the output, or Tab to it and use the arrow keys, to see which numbers it is made of. Dashed cells are padding."),
  );
  const say = liveRegion(box);
  let drawn = null;

  function update(first = false) {
    const now = settings();
    const plan = convPlan(now);
    for (const { name, input, element } of fields) {
      if (document.activeElement !== input) input.value = now[name];
      if (name === "output_padding") element.hidden = !now.transposed;
    }
    kind.checked = now.transposed;
    const k = CASES.findIndex((each) => NAMED.every((name) => each[name] === now[name]
      || (name === "output_padding" && !now.transposed)));
    chosen.value = k < 0 ? "" : String(k);
    outcome.className = `pl-outcome ${plan.error ? "pl-bad" : "pl-good"}`;
    outcome.replaceChildren(
      h("p", { class: "pl-head" }, plan.error ? `✗ ${plan.error}` : `✓ ${now.size} × ${now.size} becomes ${plan.out} × ${plan.out}`),
      ...plan.rule.map((line) => h("p", {}, line)),
      ...(plan.note ? [h("p", { class: "pl-note" }, plan.note)] : []),
      ...(plan.pytorch ? [h("code", {}, `RuntimeError: ${plan.pytorch}`)] : []));
    drawn = drawBoards(now, plan);
    mark();
    if (!first) say(outcome.textContent);
  }

  function drawBoards(now, plan) {
    const ring = now.transposed ? 0 : now.padding;
    const range = (low, high) => Array.from({ length: high - low }, (_, i) => low + i);
    const image = board(ring ? "padded image" : "image", "pl-a", range(-ring, now.size + ring).map((y) => range(-ring, now.size + ring).map((x) => {
      const inside = y >= 0 && x >= 0 && y < now.size && x < now.size;
      return { text: inside ? imageNumber(y, x) : 0, pad: !inside };
    })));
    const kernel = board("kernel", "pl-b", range(0, now.kernel_size).map((i) => range(0, now.kernel_size).map((j) => ({ text: kernelNumber(i, j) }))));
    const result = board("output", "pl-result", convOutput(now).map((row, r) => row.map((number, c) => ({
      text: number, label: `output ${r}, ${c} is ${plain(number)}`, at: [r, c] }))));
    const parts = [image.element, h("span", { class: "pl-op", "aria-hidden": "true" }, "∗"), kernel.element];
    parts.push(h("span", { class: "pl-op", "aria-hidden": "true" }, "="), plan.out ? result.element : h("div", { class: "pl-none" }, "no output"));
    boards.replaceChildren(...parts);
    return { now, plan, ring, image, kernel, result };
  }

  function board(name, kindClass, rows) {
    const live = name === "output";
    const cells = rows.map((row) => row.map(({ text, pad, label, at }) => h("span", {
      class: `pl-box${pad ? " pl-pad" : ""}`, ...(live ? { role: "gridcell", "aria-label": label,
        onfocus: () => put({ at }), onmouseenter: () => put({ at }) } : {}) }, plain(text))));
    const grid = h("div", { class: "pl-grid", ...(live ? { role: "grid", "aria-label": "cells of output" } : { "aria-hidden": "true" }) },
      cells.map((row) => h("div", { class: "pl-row", ...(live ? { role: "row" } : {}) }, row)));
    if (live) walkable(grid, cells);
    return { cells, element: h("div", { class: `pl-panel ${kindClass}` }, h("p", {}, `${name} ${rows.length} × ${rows.length}`), grid) };
  }

  // Shows which numbers of the image and the kernel meet in the chosen number of the output.
  function mark() {
    const { now, plan, ring, image, kernel, result } = drawn;
    const all = [image, kernel, result].flatMap(({ cells }) => cells.flat());
    for (const cell of all) cell.classList.remove("pl-on");
    if (!plan.out) { told.textContent = ""; return; }
    const [row, column] = model.get("at").map((each) => Math.min(Math.max(each, 0), plan.out - 1));
    result.cells[row][column].classList.add("pl-on");
    for (const [y, x, i, j] of convPairs(now, row, column)) {
      image.cells[y + ring][x + ring].classList.add("pl-on");
      kernel.cells[i][j].classList.add("pl-on");
    }
    told.textContent = convTerms(now, row, column);
  }

  const stops = [watch(model, NAMED, () => update()), watch(model, ["at"], () => { mark(); say(told.textContent); })];
  update(true);
  return () => stops.forEach((stop) => stop());
}

export default { render };
