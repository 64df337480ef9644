// Step through a calculation and watch its error fall: the page side of NumberMachine.

import { frame, h, liveRegion, uniqueId, watch } from "./base.js";
import { HIGH_POWER, LOW_POWER, METHODS, depth, digits, errorInWords, parseNumber, rightCharacters, steps, targets } from "./number_steps.js";

const PLOT = { left: 52, top: 14, width: 430, height: 220 };

function render({ model, el }) {
  const box = frame(el, "Number machine");
  const put = (traits) => {
    for (const [name, value] of Object.entries(traits)) model.set(name, value);
    model.save_changes();
  };
  const id = uniqueId("number");
  let wrong = "";

  const method = h("select", { id: `${id}-method`, onchange: () => {
    wrong = "";
    const number = model.get("number");
    const { low, high, usual } = METHODS[method.value];
    put({ method: method.value, number: number >= low && number <= high ? number : usual, step: 0 });
  } }, Object.entries(METHODS).map(([name, { title }]) => h("option", { value: name }, title)));
  const ask = h("label", { for: `${id}-value` });
  const reads = h("span", { id: `${id}-reads`, class: "pl-reads" });
  const field = h("input", { id: `${id}-value`, type: "text", inputmode: "decimal", size: 12, autocomplete: "off", "aria-describedby": reads.id, oninput: () => {
    const { number, error } = parseNumber(field.value, model.get("method"));
    wrong = error ?? "";
    if (wrong || number === model.get("number")) update();
    else put({ number, step: 0 });
  } });
  const slider = h("input", { id: `${id}-step`, type: "range", min: 0, oninput: () => put({ step: Number(slider.value) }) });
  const move = (by) => () => put({ step: Math.min(Math.max(model.get("step") + by, 0), Number(slider.max)) });
  const back = h("button", { type: "button", class: "pl-button", onclick: move(-1) }, "◀ back");
  const next = h("button", { type: "button", class: "pl-button", onclick: move(1) }, "next ▶");
  const idea = h("p", { class: "pl-note" });
  const outcome = h("div", { class: "pl-number-now" });
  const pictures = h("div", { class: "pl-number-pictures" });
  box.append(
    h("div", { class: "pl-number-controls" },
      h("div", { class: "pl-number-field" }, h("label", { for: method.id }, "find the"), method),
      h("div", { class: "pl-number-field" }, ask, field, reads)),
    idea,
    h("div", { class: "pl-number-controls" },
      h("div", { class: "pl-number-field pl-number-wide" }, h("label", { for: slider.id }, "step"), slider),
      back, next),
    outcome,
    pictures,
  );
  const say = liveRegion(box);

  function update(first = false) {
    const [name, number] = [model.get("method"), model.get("number")];
    const all = steps(name, number);
    const at = Math.min(Math.max(model.get("step"), 0), all.length - 1);
    const now = all[at];
    method.value = name;
    ask.textContent = METHODS[name].ask;
    if (!wrong && parseNumber(field.value, name).number !== number) field.value = String(number);
    field.setAttribute("aria-invalid", wrong ? "true" : "false");
    reads.textContent = wrong;
    idea.textContent = METHODS[name].idea;
    slider.max = all.length - 1;
    slider.value = at;
    slider.setAttribute("aria-valuetext", `${at} of ${all.length - 1}, ${errorInWords(now.error)}`);
    back.toggleAttribute("disabled", at === 0);
    next.toggleAttribute("disabled", at === all.length - 1);
    const values = [now.value].flat();
    outcome.replaceChildren(
      h("p", { class: "pl-small" }, `step ${at} of ${all.length - 1}`),
      ...targets(name, number).map(([label, target], k) => valueLine(label, values[k], target)),
      h("p", {}, h("b", {}, errorInWords(now.error)), `. ${now.told}`),
    );
    pictures.replaceChildren(plot(all, at, name, number), ...(name === "cos_sin" ? [dial(now.value, number)] : []));
    if (!first) say(wrong || `step ${at}: ${errorInWords(now.error)}. ${now.told}`);
  }

  const stop = watch(model, ["method", "number", "step"], () => update());
  update(true);
  return stop;
}

// A value whose right digits stand out, by weight and underline and not by colour alone.
function valueLine(label, value, target) {
  const text = digits(value);
  const right = rightCharacters(text, target);
  return h("p", { class: "pl-number-value" }, `${label} `,
    h("code", {}, h("span", { class: "pl-number-right" }, text.slice(0, right)), text.slice(right)));
}

// An SVG element.
function s(tag, props, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// The error after every step, on a logarithmic scale, the present one marked.
function plot(all, at, name, number) {
  const { left, top, width, height } = PLOT;
  const x = (k) => left + (width * k) / Math.max(all.length - 1, 1);
  const y = (error) => top + height * depth(error);
  const lines = [];
  for (let power = HIGH_POWER - 1; power >= LOW_POWER; power -= 4) {
    const at = top + (height * (HIGH_POWER - power)) / (HIGH_POWER - LOW_POWER);
    lines.push(s("line", { x1: left, x2: left + width, y1: at, y2: at, class: "pl-number-grid" }));
    lines.push(s("text", { x: left - 6, y: at + 4, "text-anchor": "end" }, power === 0 ? "1" : `1e${power}`));
  }
  const every = Math.ceil(all.length / 11);
  all.forEach((_, k) => {
    if (k % every === 0) lines.push(s("text", { x: x(k), y: top + height + 16, "text-anchor": "middle" }, String(k)));
  });
  const words = `The ${METHODS[name].error} of the ${METHODS[name].title}, for ${number}, on a logarithmic scale: `
    + `step 0 ${errorInWords(all[0].error)}; step ${at}, the present one, ${errorInWords(all[at].error)}; `
    + `step ${all.length - 1}, the last, ${errorInWords(all.at(-1).error)}.`;
  return h("figure", {}, s("svg", { viewBox: "0 0 500 272", role: "img", "aria-label": words },
    ...lines,
    s("polyline", { points: all.map(({ error }, k) => `${x(k)},${y(error)}`).join(" "), class: "pl-number-line" }),
    ...all.map(({ error }, k) => s("circle", { cx: x(k), cy: y(error), r: 3, class: "pl-number-dot" })),
    s("circle", { cx: x(at), cy: y(all[at].error), r: 8, class: "pl-number-here" }),
    s("text", { x: left + width / 2, y: 268, "text-anchor": "middle" }, "step")),
  h("figcaption", { class: "pl-small" }, `${METHODS[name].error} after each step; each line is 10,000 times less`));
}

// The arrow on the circle, and the direction it is to reach.
function dial([c, sine], angle) {
  const [size, middle] = [100, 130];
  const goal = [Math.cos(angle), Math.sin(angle)];
  const to = ([x, y], length = 1) => ({ x2: middle + size * length * x, y2: middle - size * length * y });
  const words = `A circle of radius 1. The arrow points to (${c.toFixed(4)}, ${sine.toFixed(4)}); it is to reach (${goal[0].toFixed(4)}, ${goal[1].toFixed(4)}), on the dashed line.`;
  const head = s("circle", { cx: middle + size * c, cy: middle - size * sine, r: 5, class: "pl-number-here" });
  return h("figure", {}, s("svg", { viewBox: "0 0 260 272", role: "img", "aria-label": words },
    s("circle", { cx: middle, cy: middle, r: size, class: "pl-number-grid" }),
    s("line", { x1: middle - 120, x2: middle + 120, y1: middle, y2: middle, class: "pl-number-grid" }),
    s("line", { x1: middle, x2: middle, y1: middle - 120, y2: middle + 120, class: "pl-number-grid" }),
    s("line", { x1: middle, y1: middle, ...to(goal, 1.2), class: "pl-number-goal" }),
    s("line", { x1: middle, y1: middle, ...to([c, sine]), class: "pl-number-line" }), head),
  h("figcaption", { class: "pl-small" }, "the arrow, and dashed the angle it is to reach"));
}

export default { render };
