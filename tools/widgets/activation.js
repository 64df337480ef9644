// Move x along an activation and see value, slope and tangent: the page side of ActivationExplorer.

import { ACTIVATIONS, HIGH, LOW, activationAt, activationWords, decimal, flatStretches, pictureTop } from "./activation_rules.js";
import { frame, h, liveRegion, uniqueId, watch } from "./base.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, BOTTOM] = [560, 340, -1.6];

function shape(tag, props, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}

function render({ model, el }) {
  const box = frame(el, "Activation and its gradient");
  box.classList.add("pl-activation");
  const put = (traits) => {
    for (const [name, value] of Object.entries(traits)) model.set(name, value);
    model.save_changes();
  };
  const [nameId, xId] = ["name", "x"].map(uniqueId);
  const chosen = h("select", { id: nameId, onchange: () => put({ name: chosen.value }) },
    Object.keys(ACTIVATIONS).map((name) => h("option", { value: name }, name)));
  const slider = h("input", { id: xId, type: "range", min: LOW, max: HIGH, step: 0.1, oninput: () => put({ x: Number(slider.value) }) });
  const place = h("span", { class: "pl-count" });
  const formula = h("p", { class: "pl-formula" });
  const words = h("div", { class: "pl-words" });
  const plot = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, class: "pl-plot", "aria-hidden": "true" });
  box.append(
    h("div", { class: "pl-controls" },
      h("div", { class: "pl-field" }, h("label", { for: nameId }, "activation"), chosen),
      h("div", { class: "pl-field" }, h("label", { for: xId }, "x"), slider, place)),
    formula, plot,
    h("ul", { class: "pl-legend", "aria-label": "the lines of the picture" },
      h("li", { class: "pl-key-value" }, "value"), h("li", { class: "pl-key-slope" }, "slope, what the gradient is multiplied by"),
      h("li", { class: "pl-key-tangent" }, "tangent at x"), h("li", { class: "pl-key-flat" }, "saturated")),
    words,
  );
  const say = liveRegion(box);

  function update(first = false) {
    const name = model.get("name");
    const x = model.get("x");
    chosen.value = name;
    slider.value = x;
    place.textContent = `x = ${decimal(x)}`;
    formula.textContent = `${name}(x) = ${ACTIVATIONS[name][0]}`;
    const lines = activationWords(name, x);
    words.replaceChildren(...lines.map((line, k) => h("p", { class: k ? null : "pl-head" }, line)));
    draw(plot, name, x);
    if (!first) say(lines.join(" "));
  }

  const stop = watch(model, ["name", "x"], () => update());
  update(true);
  return stop;
}

function draw(plot, name, x) {
  const top = pictureTop(name);
  const at = (a, b) => [((a - LOW) / (HIGH - LOW)) * WIDTH, ((top - b) / (top - BOTTOM)) * HEIGHT];
  const line = (a, b, kind) => {
    const [[x1, y1], [x2, y2]] = [at(...a), at(...b)];
    return shape("line", { x1, y1, x2, y2, class: kind });
  };
  const curve = (part, kind) => {
    const runs = [[]];
    let before = null;
    for (let k = LOW * 50; k <= HIGH * 50; k++) {
      const y = activationAt(name, k / 50)[part];
      if (before !== null && Math.abs(y - before) > 0.5) runs.push([]); // a jump is not a line
      runs.at(-1).push(at(k / 50, y).map((n) => n.toFixed(1)).join(","));
      before = y;
    }
    return runs.map((points) => shape("polyline", { points: points.join(" "), class: kind }));
  };
  const parts = flatStretches(name).map(([from, to]) => {
    const [left, right] = [at(from, 0)[0], at(to, 0)[0]];
    return shape("rect", { x: left, y: 0, width: right - left, height: HEIGHT, class: "pl-flat" });
  });
  parts.push(line([LOW, 0], [HIGH, 0], "pl-axis"), line([0, BOTTOM], [0, top], "pl-axis"));
  for (const y of [-1, 1, 2, 4, 6].filter((each) => each < top)) parts.push(line([-0.08, y], [0.08, y], "pl-axis"), label(at(0.15, y), y));
  for (const each of [-6, -4, -2, 2, 4, 6]) parts.push(line([each, -0.05], [each, 0.05], "pl-axis"), label(at(each - 0.15, -0.3), each));
  const { value, slope } = activationAt(name, x);
  parts.push(...curve("slope", "pl-slope"), ...curve("value", "pl-curve"));
  parts.push(line([x - 2, value - 2 * slope], [x + 2, value + 2 * slope], "pl-tangent"));
  const dot = (y, kind) => { const [cx, cy] = at(x, y); return shape("circle", { cx, cy, r: 5, class: kind }); };
  parts.push(dot(slope, "pl-slope-dot"), dot(value, "pl-value-dot"));
  plot.replaceChildren(...parts);
}

function label([x, y], number) {
  return shape("text", { x, y: y + 4, class: "pl-tick" }, decimal(number));
}

export default { render };
