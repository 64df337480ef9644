// Four optimizers run down a surface: the page side of OptimizerRace.

import { frame, h, liveRegion, uniqueId, watch } from "./base.js";
import { HIGH_POWER, LOW_POWER, RULES, SURFACES, blownUp, inWords, numberText, pathOf, powerOf, rateAt, standing } from "./race_rules.js";

const LAST = 300;
const [WIDE, HIGH] = [480, 340];
const CURVE = { left: 44, top: 8, width: 426, height: 104 };
const EVERY = 70; // milliseconds from step to step
const DASHES = { SGD: "", momentum: "9 4", RMSprop: "2 3", Adam: "10 3 2 3" };
const HEADS = { SGD: "M-6,0a6,6 0 1,0 12,0a6,6 0 1,0 -12,0z", momentum: "M-5,-5h10v10h-10z", RMSprop: "M0,-7l6.5,11h-13z", Adam: "M0,-7.5l7,7.5l-7,7.5l-7,-7.5z" };

function s(tag, props, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function render({ model, el }) {
  const box = frame(el, "Optimizer race");
  box.classList.add("pl-race");
  const all = model.get("surfaces");
  const id = uniqueId("race");
  let timer = null;
  let paths = {};
  let known = "";

  const put = (traits, save = true) => {
    for (const [name, value] of Object.entries(traits)) model.set(name, value);
    if (save) model.save_changes();
  };
  const here = () => all[model.get("surface")];
  const now = () => Math.min(Math.max(model.get("step"), 0), LAST);

  function stop() {
    if (timer === null) return;
    clearInterval(timer);
    timer = null;
    model.save_changes();
    update();
    tell();
  }
  function go(step) {
    if (timer !== null) stop();
    put({ step: Math.min(Math.max(step, 0), LAST) });
  }
  function play() {
    if (timer !== null) return stop();
    if (now() >= LAST) put({ step: 0 });
    timer = setInterval(() => {
      // While it runs only the page knows the step: the kernel need not hear of each.
      put({ step: now() + 1 }, false);
      if (now() >= LAST) stop();
    }, EVERY);
    return update();
  }

  const surface = h("select", { id: `${id}-surface`, onchange: () => {
    const { start, rates } = all[surface.value];
    if (timer !== null) stop();
    put({ surface: surface.value, start: [...start], rates: { ...rates }, step: 0 });
  } }, Object.entries(all).map(([name, { title }]) => h("option", { value: name }, title)));
  const starts = ["x", "y"].map((axis, k) => h("input", { id: `${id}-${axis}`, type: "range", oninput: (event) => {
    const start = [...model.get("start")];
    start[k] = Number(event.target.value);
    put({ start, step: 0 });
  } }));
  const slider = h("input", { id: `${id}-step`, type: "range", min: 0, max: LAST, oninput: () => go(Number(slider.value)) });
  const button = (text, f) => h("button", { type: "button", class: "pl-button", onclick: f }, text);
  const playing = button("▶ play", play);
  const idea = h("p", { class: "pl-idea" });
  const map = s("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "pl-map", role: "img" });
  map.addEventListener("click", (event) => {
    const area = map.getBoundingClientRect();
    const [left, right, low, high] = here().frame;
    const x = left + ((right - left) * (event.clientX - area.left)) / area.width;
    const y = high - ((high - low) * (event.clientY - area.top)) / area.height;
    put({ start: [Number(x.toPrecision(3)), Number(y.toPrecision(3))], step: 0 });
  });
  const curve = s("svg", { viewBox: "0 0 480 152", role: "img" });
  const runners = Object.keys(RULES).map((name) => runner(name, id, model, put));
  box.append(
    h("div", { class: "pl-controls" },
      h("div", { class: "pl-field" }, h("label", { for: surface.id }, "surface"), surface),
      ["x", "y"].map((axis, k) => h("div", { class: "pl-field" }, h("label", { for: starts[k].id }, `start ${axis}`), starts[k]))),
    idea,
    h("div", { class: "pl-controls" },
      h("div", { class: "pl-buttons" }, button("reset", () => go(0)), button("◀ step", () => go(now() - 1)), playing, button("step ▶", () => go(now() + 1))),
      h("div", { class: "pl-field pl-wide" }, h("label", { for: slider.id }, "step"), slider)),
    h("div", { class: "pl-course" },
      h("figure", {}, map, h("figcaption", { class: "pl-small" }, "lines of equal height; ★ a lowest point; click to start elsewhere"),
        curve, h("figcaption", { class: "pl-small" }, "height above the lowest point after each step, on a logarithmic scale")),
      h("div", { class: "pl-runners" }, runners.map((each) => each.element))),
  );
  const say = liveRegion(box);

  const place = ([x, y]) => {
    const [left, right, low, high] = here().frame;
    const at = [(WIDE * (x - left)) / (right - left), (HIGH * (high - y)) / (high - low)];
    return at.map((each) => (Number.isFinite(each) ? Math.min(Math.max(each, -1e4), 1e4) : 1e4).toFixed(1));
  };

  function summary() {
    const step = now();
    const lines = model.get("shown").map((name) => inWords(name, standing(model.get("surface"), paths[name], step), here().frame));
    return `After ${step} ${step === 1 ? "step" : "steps"}: ${lines.join("; ") || "nobody runs"}.`;
  }
  const tell = () => say(summary());

  function update(first = false) {
    const [name, start, rates, shown, step] = [model.get("surface"), model.get("start"), model.get("rates"), model.get("shown"), now()];
    const key = JSON.stringify([name, start, rates]);
    if (key !== known) {
      known = key;
      paths = Object.fromEntries(Object.keys(RULES).map((each) => [each, pathOf(name, each, rates[each], start, LAST)]));
    }
    surface.value = name;
    idea.textContent = here().idea;
    const [left, right, low, high] = here().frame;
    [[left, right], [low, high]].forEach(([from, to], k) => {
      Object.assign(starts[k], { min: from, max: to, step: 0.001, value: start[k] });
      starts[k].setAttribute("aria-valuetext", numberText(start[k]));
    });
    slider.value = step;
    slider.setAttribute("aria-valuetext", `${step} of ${LAST}`);
    playing.textContent = timer === null ? "▶ play" : "❚❚ pause";
    map.setAttribute("aria-label", `The surface “${here().title}” from above. ${summary()}`);
    map.replaceChildren(...drawn(shown, step));
    drawCurve(curve, name, shown, paths, step, here().goals);
    curve.setAttribute("aria-label", `Height above the lowest point. ${summary()}`);
    for (const each of runners) each.show(standing(name, paths[each.name], step), rates[each.name], shown.includes(each.name), here().frame);
    if (!first && timer === null) tell();
  }

  function drawn(shown, step) {
    const lines = here().contours.map((points) => s("polyline", { points, class: "pl-level", transform: `scale(${WIDE / 1000} ${HIGH / 1000})`, "vector-effect": "non-scaling-stroke" }));
    const goals = here().goals.map((goal) => {
      const [x, y] = place(goal);
      return s("text", { x, y: Number(y) + 8, class: "pl-goal" }, "★");
    });
    const [sx, sy] = place(model.get("start"));
    const ways = shown.flatMap((name) => {
      const points = paths[name].slice(0, step + 1).map(place);
      const [x, y] = points.at(-1);
      return [
        s("polyline", { points: points.map((each) => each.join(",")).join(" "), class: `pl-way pl-${name}`, "stroke-dasharray": DASHES[name] }),
        s("path", { d: HEADS[name], transform: `translate(${x} ${y})`, class: `pl-head pl-${name}` }),
      ];
    });
    return [...lines, ...goals, s("circle", { cx: sx, cy: sy, r: 8, class: "pl-begin" }), ...ways,
      s("rect", { x: 0.5, y: 0.5, width: WIDE - 1, height: HIGH - 1, class: "pl-frame" })];
  }

  const unwatch = watch(model, ["surface", "start", "rates", "shown", "step"], () => update());
  update(true);
  return () => {
    unwatch();
    if (timer !== null) clearInterval(timer);
  };
}

// One optimizer's box: whether it runs, its learning rate, where it stands.
function runner(name, id, model, put) {
  const on = h("input", { id: `${id}-${name}`, type: "checkbox", onchange: () => {
    const shown = Object.keys(RULES).filter((each) => (each === name ? on.checked : model.get("shown").includes(each)));
    put({ shown });
  } });
  const rate = h("input", { id: `${id}-${name}-rate`, type: "range", min: LOW_POWER, max: HIGH_POWER, step: 0.05, oninput: () => {
    put({ rates: { ...model.get("rates"), [name]: rateAt(Number(rate.value)) } });
  } });
  const value = h("span", { class: "pl-value" });
  const now = h("p", { class: "pl-now" });
  const swatch = s("svg", { viewBox: "0 0 58 16", class: "pl-swatch", "aria-hidden": "true" },
    s("path", { d: "M2,8h40", class: "pl-way", "stroke-dasharray": DASHES[name] }),
    s("path", { d: HEADS[name], transform: "translate(48 8)", class: "pl-head" }));
  return {
    name,
    element: h("fieldset", { class: `pl-${name}` },
      h("legend", {}, on, h("label", { for: on.id }, name), swatch),
      h("div", { class: "pl-rate" }, h("label", { for: rate.id }, h("span", { class: "pl-hidden" }, `${name}: `), "learning rate"), rate, value), now),
    show(where, lr, runs, area) {
      on.checked = runs;
      if (rateAt(Number(rate.value)) !== lr) rate.value = powerOf(lr);
      rate.setAttribute("aria-valuetext", numberText(lr));
      value.textContent = numberText(lr);
      now.className = runs && where.lost ? "pl-now pl-lost" : "pl-now";
      now.textContent = runs ? inWords("now", where, area).replace(/^now at/, "at").replace(/^now has/, "has") : "does not run";
    },
  };
}

// Height above the lowest goal, step by step, on a logarithmic scale.
function drawCurve(svg, name, shown, paths, step, goals) {
  const { left, top, width, height } = CURVE;
  const floor = Math.min(...goals.map((goal) => SURFACES[name].height(...goal)));
  const [low, up] = [-6, 2];
  const x = (k) => left + (width * k) / LAST;
  const y = (value) => top + (height * (up - Math.min(Math.max(Math.log10(Math.max(value, 1e-12)), low), up))) / (up - low);
  const rules = [];
  for (let power = low; power <= up; power += 2) {
    rules.push(s("line", { x1: left, x2: left + width, y1: y(10 ** power), y2: y(10 ** power), class: "pl-level" }));
    rules.push(s("text", { x: left - 6, y: y(10 ** power) + 4, "text-anchor": "end" }, power === 0 ? "1" : `1e${power}`.replace("-", "−")));
  }
  const ticks = [0, 100, 200, 300].map((k) => s("text", { x: x(k), y: top + height + 17, "text-anchor": "middle" }, String(k)));
  const lines = shown.map((each) => {
    const heights = paths[each].slice(0, step + 1).filter((p) => !blownUp(p)).map((p) => SURFACES[name].height(...p) - floor);
    return s("polyline", { points: heights.map((value, k) => `${x(k).toFixed(1)},${y(value).toFixed(1)}`).join(" "), class: `pl-way pl-${each}`, "stroke-dasharray": DASHES[each] });
  });
  svg.replaceChildren(...rules, ...ticks, ...lines, s("text", { x: left + width, y: top + height + 31, "text-anchor": "end" }, "step"));
}

export default { render };
