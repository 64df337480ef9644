// Start, pause and watch a training run: the page side of TrainingDashboard.

import { frame, h, liveRegion, uniqueId, watch } from "./base.js";
import { DASHES, SHAPES, STATUS, axisOf, boundaryInWords, numberText, percent, plotInWords, plotsOf, pointsOf, position, progress, runsOf, summary } from "./training_plots.js";

const [WIDE, HIGH, LEFT] = [340, 150, 46];
const PACES = [["full speed", 0], ["60 steps a second", 60], ["10 steps a second", 10], ["2 steps a second", 2]];
const PATIENCE = 3000; // milliseconds until a silent kernel is mentioned
const SPEAK = 5000; // milliseconds between two spoken reports while it runs
// The control that had the focus when a view went away: the notebook draws the widget anew when
// the picture beside it is brought up to date, and a reader must not lose their place.
const focusOf = new Map();

function s(tag, props, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function render({ model, el }) {
  const box = frame(el, "Training dashboard");
  box.classList.add("pl-training");
  const id = uniqueId("training");
  const now = () => model.get("now");
  let silent;

  const note = h("p", { class: "pl-note", hidden: true });
  const remark = (text) => {
    note.textContent = text;
    note.toggleAttribute("hidden", !text);
    if (text) say(text);
  };
  function ask(what) {
    if (typeof model.send !== "function") {
      remark("This is a saved picture of a run. To train, open the notebook and run its cell.");
      return;
    }
    remark("");
    model.send({ do: what });
    clearTimeout(silent);
    silent = setTimeout(() => remark("The kernel does not answer yet. If a cell is running, the button is heard when it ends; if none is, run this widget's cell again."), PATIENCE);
  }
  const heard = () => clearTimeout(silent);
  const over = () => ["done", "error"].includes(now().status);

  const button = (name, text, f) => h("button", { type: "button", class: "pl-button", "data-name": name, onclick: f }, text);
  const main = button("main", "▶ start", () => {
    if (over()) remark(`This run is ${now().status === "done" ? "finished" : "stopped"}. Press reset to train again from the first weights.`);
    else ask(now().status === "running" ? "pause" : "start");
  });
  const step = button("step", "step", () => {
    if (over()) remark("There is no further step. Press reset to train again from the first weights.");
    else ask("step");
  });
  const reset = button("reset", "reset", () => ask("reset"));
  const pace = h("select", { id: `${id}-pace`, "data-name": "pace", onchange: () => {
    model.set("pace", Number(pace.value));
    model.save_changes();
  } });
  const bar = h("div", { role: "progressbar", class: "pl-bar", "aria-label": "training progress", "aria-valuemin": 0, "aria-valuemax": 100 }, h("div", {}));
  const numbers = h("p", { class: "pl-numbers" });
  const error = h("pre", { class: "pl-error", role: "alert", hidden: true });
  const pictures = h("div", { class: "pl-pictures" });
  const table = h("table", {});
  box.append(
    h("div", { class: "pl-controls" }, main, step, reset, h("span", { class: "pl-pace" }, h("label", { for: pace.id }, "pace"), pace)),
    bar, numbers, note, error, pictures,
    h("details", {}, h("summary", {}, "The numbers as a table"), h("div", { class: "pl-scroll", tabindex: 0, role: "group", "aria-label": "table, scrollable" }, table)),
  );
  const say = liveRegion(box);
  const drawn = new Map();
  let before = null;
  let spoken = 0;

  function update() {
    const state = now();
    main.textContent = state.status === "running" ? "❚❚ pause" : state.status === "paused" ? "▶ go on" : "▶ start";
    const choices = PACES.some(([, value]) => value === model.get("pace")) ? PACES : [...PACES, [`${model.get("pace")} steps a second`, model.get("pace")]];
    pace.replaceChildren(...choices.map(([text, value]) => h("option", { value, selected: value === model.get("pace") }, text)));
    const part = progress(state);
    bar.firstChild.style.width = `${100 * (part ?? (state.status === "running" ? 1 : 0))}%`;
    bar.classList.toggle("pl-unknown", part === null);
    if (part === null) bar.removeAttribute("aria-valuenow");
    else bar.setAttribute("aria-valuenow", Math.round(100 * part));
    bar.setAttribute("aria-valuetext", `${STATUS[state.status]}, ${position(state)}`);
    numbers.replaceChildren(
      h("b", { class: `pl-${state.status}` }, STATUS[state.status]), ` · ${position(state)} · step ${state.step}`,
      state.loss === null ? "" : ` · loss ${numberText(state.loss)}`,
      state.accuracy === null ? "" : ` · accuracy ${percent(state.accuracy)}`,
      ` · learning rate ${numberText(state.rate)}`);
    error.toggleAttribute("hidden", !state.error);
    if (error.textContent !== state.error) error.textContent = state.error;
    if (before !== null && state.status !== before.status) {
      heard();
      remark("");
    }
    drawAll(state);
    fill(table, state);
    if (before !== null && (state.status !== before.status || Date.now() - spoken > SPEAK) && !state.error) {
      spoken = Date.now();
      say(summary(state));
    }
    before = state;
  }

  // Figures stay in place and only their contents change, so that nothing jumps while one reads.
  function drawAll(state) {
    const plots = plotsOf(state);
    const wanted = [...plots.map((plot) => plot.title), ...(state.boundary ? ["boundary"] : [])];
    for (const name of drawn.keys()) {
      if (wanted.includes(name)) continue;
      drawn.get(name).figure.remove();
      drawn.delete(name);
    }
    for (const name of wanted) {
      if (drawn.has(name)) continue;
      const svg = s("svg", { viewBox: name === "boundary" ? "0 0 200 200" : `0 0 ${WIDE} ${HIGH + 36}`, role: "img" });
      const caption = h("figcaption", { class: "pl-small" });
      const figure = h("figure", { class: name === "boundary" ? "pl-plane" : "" }, h("p", { class: "pl-title" }, name === "boundary" ? "decision boundary" : name), svg, caption);
      drawn.set(name, { figure, svg, caption });
      pictures.append(figure);
    }
    for (const plot of plots) drawPlot(drawn.get(plot.title), plot, state);
    if (state.boundary) drawBoundary(drawn.get("boundary"), state.boundary);
    pictures.toggleAttribute("hidden", !wanted.length);
  }

  // --- the focus -----------------------------------------------------------------------------
  const run = now().run;
  box.addEventListener("focusin", (event) => focusOf.set(run, event.target.dataset.name));
  box.addEventListener("focusout", () => setTimeout(() => {
    if (box.isConnected && !box.contains(document.activeElement)) focusOf.delete(run);
  }));
  const last = focusOf.get(run);
  if (last) {
    requestAnimationFrame(() => {
      const elsewhere = document.activeElement?.closest("button, input, select, textarea, [contenteditable=true]");
      if (!elsewhere) box.querySelector(`[data-name="${last}"]`)?.focus();
    });
  }

  const answered = (message) => { if (message?.heard) heard(); };
  model.on("msg:custom", answered);
  const unwatch = watch(model, ["now", "pace"], update);
  update();
  return () => {
    unwatch();
    model.off("msg:custom", answered);
    clearTimeout(silent);
  };
}

function drawPlot({ svg, caption }, plot, now) {
  const { place, shown } = axisOf(plot);
  const width = WIDE - LEFT - 8;
  const last = Math.max(...plot.curves.map(({ steps }) => steps.at(-1) ?? 1), 1);
  svg.setAttribute("aria-label", plotInWords(plot));
  svg.replaceChildren(
    s("path", { d: `M${LEFT},8v${HIGH}h${width}`, class: "pl-axis" }),
    ...[[1, 16], [0, HIGH + 8]].map(([k, y]) => s("text", { x: LEFT - 6, y, "text-anchor": "end" }, shown[k])),
    s("text", { x: LEFT + width, y: HIGH + 26, "text-anchor": "end" }, `step ${last}`),
    s("g", { transform: `translate(${LEFT} 8)` }, ...plot.curves.map((curve, k) =>
      s("polyline", { points: pointsOf(curve, place, last, width, HIGH), class: `pl-curve pl-tint-${k}`, "stroke-dasharray": DASHES[k] }))),
  );
  caption.replaceChildren(
    ...plot.curves.map(({ label, values }, k) => h("span", { class: "pl-key" },
      s("svg", { viewBox: "0 0 30 10", "aria-hidden": "true" }, s("path", { d: "M1,5h28", class: `pl-curve pl-tint-${k}`, "stroke-dasharray": DASHES[k] })),
      `${label} ${numberText(values.at(-1))}`)),
    plot.logarithmic ? " (logarithmic)" : "",
    now.history.every > 1 ? ` Each point is the mean of ${now.history.every} steps.` : "");
}

function drawBoundary({ svg, caption }, boundary) {
  const { frame: [left, right, low, high], side, points, classes } = boundary;
  const cell = 200 / side;
  svg.setAttribute("aria-label", boundaryInWords(boundary));
  svg.replaceChildren(
    ...runsOf(boundary).map(([i, j, length, which, sure]) => s("rect", { x: i * cell, y: j * cell, width: length * cell, height: cell, "shape-rendering": "crispEdges", class: `pl-place pl-tint-${which % 6}`, "fill-opacity": (0.08 + 0.4 * sure).toFixed(2) })),
    ...points.map(([x, y], k) => s("path", { d: SHAPES[classes[k] % 6], transform: `translate(${((200 * (x - left)) / (right - left)).toFixed(1)} ${((200 * (high - y)) / (high - low)).toFixed(1)})`, class: `pl-point pl-tint-${classes[k] % 6}` })));
  const kinds = [...new Set(classes)].sort((a, b) => a - b);
  caption.replaceChildren(...kinds.map((k) => h("span", { class: "pl-key" },
    s("svg", { viewBox: "-6 -6 12 12", class: "pl-dot", "aria-hidden": "true" }, s("path", { d: SHAPES[k % 6], class: `pl-point pl-tint-${k % 6}` })), `class ${k}`)),
  " The stronger the colour, the surer the model.");
}

function fill(table, now) {
  const row = (name, value) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value));
  const rows = [row("step", String(now.step)), row("loss", numberText(now.loss)), row("accuracy", now.accuracy === null ? "none" : percent(now.accuracy)), row("learning rate", numberText(now.rate))];
  const held = now.history.held_out.at(-1);
  if (held) rows.push(row("held-out loss", numberText(held[1])), row("held-out accuracy", held[2] === null ? "none" : percent(held[2])));
  now.groups.forEach((name, k) => rows.push(row(`gradient norm of ${name}`, numberText(now.norms[k]))));
  if (now.boundary) rows.push(row("decision boundary", boundaryInWords(now.boundary)));
  table.replaceChildren(h("tbody", {}, rows));
}

export default { render };
