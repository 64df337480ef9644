// Type a function, move x, see the tangent carried along: the page side of DualNumbers.

import { frame, h, liveRegion, uniqueId, watch } from "./base.js";
import { ExpressionError, dualSteps, numberText, parse } from "./duals.js";

const SVG = "http://www.w3.org/2000/svg";
const [LEFT, RIGHT, WIDTH, HEIGHT, SAMPLES] = [-4, 4, 340, 240, 161];
const EXAMPLES = ["x * x + 3 * x", "x ** 3 - 4 * x", "sin(2 * x)", "exp(-x * x)", "x * sin(x)", "1 / (1 + exp(-x))", "log(x * x + 1)", "sqrt(x)"];

function s(tag, props) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
  return element;
}

function render({ model, el }) {
  const box = frame(el, "Dual numbers");
  box.classList.add("pl-dual");
  const put = (traits) => {
    for (const [name, value] of Object.entries(traits)) model.set(name, value);
    model.save_changes();
  };
  const ids = ["f", "x", "example"].map(uniqueId);
  const error = h("span", { id: `${ids[0]}-error`, class: "pl-wrong" });
  const field = h("input", { id: ids[0], type: "text", size: 24, autocomplete: "off", spellcheck: "false", "aria-describedby": error.id });
  const slider = h("input", { id: ids[1], type: "range", min: LEFT, max: RIGHT, step: 0.05, oninput: () => put({ x: Number(slider.value) }) });
  const chosen = h("select", { id: ids[2], onchange: () => { if (chosen.value) { field.value = chosen.value; put({ expression: chosen.value }); } } },
    h("option", { value: "" }, "your own"), EXAMPLES.map((text) => h("option", { value: text }, text)));
  const place = h("span", { class: "pl-count" });
  const answer = h("p", { class: "pl-head" });
  const plot = s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, class: "pl-plot", "aria-hidden": "true" });
  const table = h("table", { class: "pl-duals" });
  box.append(
    h("div", { class: "pl-controls" },
      h("div", { class: "pl-field" }, h("label", { for: ids[2] }, "example"), chosen),
      h("div", { class: "pl-field" }, h("label", { for: ids[0] }, "function of x"), field, error),
      h("div", { class: "pl-field" }, h("label", { for: ids[1] }, "x, moving at rate 1"), slider, place)),
    answer,
    h("div", { class: "pl-both" }, plot, h("div", { class: "pl-scroll", tabindex: 0, role: "group", "aria-label": "the steps, scrollable" }, table)),
  );
  const say = liveRegion(box);

  field.addEventListener("input", () => {
    try {
      dualSteps(parse(field.value), 1);
      tell("");
      put({ expression: field.value });
    } catch (problem) {
      if (!(problem instanceof ExpressionError)) throw problem;
      tell(problem.message);
    }
  });
  function tell(message) {
    error.textContent = message;
    field.setAttribute("aria-invalid", message ? "true" : "false");
  }

  function update(first = false) {
    const expression = model.get("expression");
    const x = model.get("x");
    if (field.value !== expression && document.activeElement !== field) { field.value = expression; tell(""); }
    chosen.value = EXAMPLES.includes(expression) ? expression : "";
    slider.value = x;
    place.textContent = `x = ${numberText(x)}`;
    const tree = parse(expression);
    const steps = dualSteps(tree, x);
    const end = steps.at(-1);
    answer.textContent = Number.isFinite(end.value) && Number.isFinite(end.tangent)
      ? `At x = ${numberText(x)} the value is ${numberText(end.value)} and the tangent ${numberText(end.tangent)}: ${numberText(end.value)} + ${numberText(end.tangent)}ε.`
      : `At x = ${numberText(x)} the function has no value or no slope.`;
    drawPlot(plot, tree, x, end);
    fillTable(table, steps);
    if (!first) say(answer.textContent);
  }

  const stop = watch(model, ["expression", "x"], () => update());
  update(true);
  return stop;
}

function fillTable(table, steps) {
  table.replaceChildren(
    h("caption", { class: "pl-hidden" }, "Each operation with its value and its tangent"),
    h("thead", {}, h("tr", {}, ["step", "value", "tangent", "rule"].map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, steps.map((step, k) => h("tr", { class: k === steps.length - 1 ? "pl-last" : null },
      h("th", { scope: "row" }, k === 0 ? "x" : `${step.name} = ${step.formula}`),
      h("td", {}, numberText(step.value)),
      h("td", { class: "pl-tangent" }, numberText(step.tangent)),
      h("td", { class: "pl-rule" }, step.rule)))));
}

// From the smallest to the largest finite value, poles cut off, never empty.
function range(ys) {
  const finite = ys.filter(Number.isFinite).sort((a, b) => a - b);
  if (!finite.length) return [-1, 1];
  const cut = Math.floor(finite.length / 20);
  const ends = [Math.max(finite[cut], -50), Math.min(finite[finite.length - 1 - cut], 50)];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = (high - low) * 0.15 || 1;
  return [low - room, high + room];
}

function drawPlot(plot, tree, x, end) {
  const xs = Array.from({ length: SAMPLES }, (_, k) => LEFT + ((RIGHT - LEFT) * k) / (SAMPLES - 1));
  const ys = xs.map((each) => dualSteps(tree, each).at(-1).value);
  const [low, high] = range([...ys, end.value]);
  const at = (a, b) => [12 + ((a - LEFT) / (RIGHT - LEFT)) * (WIDTH - 24), 12 + ((high - b) / (high - low)) * (HEIGHT - 24)];
  const parts = [];
  let run = "";
  xs.forEach((each, k) => {
    if (!Number.isFinite(ys[k]) || Math.abs(ys[k]) > 1e4) { run = `${run} `.trimEnd() + " |"; return; }
    run += ` ${at(each, ys[k]).map((n) => n.toFixed(1)).join(",")}`;
  });
  const clip = uniqueId("clip");
  const clipPath = s("clipPath", { id: clip });
  clipPath.append(s("rect", { x: 12, y: 12, width: WIDTH - 24, height: HEIGHT - 24 }));
  const inside = s("g", { "clip-path": `url(#${clip})` });
  const line = (from, to, kind) => {
    const [[x1, y1], [x2, y2]] = [from, to];
    return s("line", { x1, y1, x2, y2, class: kind });
  };
  parts.push(s("rect", { x: 12, y: 12, width: WIDTH - 24, height: HEIGHT - 24, class: "pl-paper" }));
  if (low < 0 && high > 0) inside.append(line(at(LEFT, 0), at(RIGHT, 0), "pl-axis"));
  inside.append(line(at(0, low), at(0, high), "pl-axis"));
  for (const points of run.split("|").filter((p) => p.trim())) inside.append(s("polyline", { points: points.trim(), class: "pl-curve" }));
  if (Number.isFinite(end.value) && Number.isFinite(end.tangent)) {
    const along = (to) => at(to, end.value + end.tangent * (to - x));
    inside.append(line(along(LEFT), along(RIGHT), "pl-slope"));
    const [cx, cy] = at(x, end.value);
    inside.append(s("circle", { cx, cy, r: 5, class: "pl-point" }));
  }
  plot.replaceChildren(clipPath, ...parts, inside);
}

export default { render };
