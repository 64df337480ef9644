// Call a batch norm layer, batch after batch, in both modes: the page side of BatchNormExplorer.

import { frame, h, liveRegion, uniqueId, watch } from "./base.js";
import { bnCall, bnNumber, bnRunning, bnStats, bnWords, parseBatch } from "./batch_norm_rules.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, MOST_CALLS] = [560, 190, 60];
const BATCHES = [["1, 2, 3, 6", [1, 2, 3, 6]], ["ten times that", [10, 20, 30, 60]], ["around 5", [4, 5, 6, 5]],
  ["all the same", [5, 5, 5, 5]], ["one number", [4]]];
const MOMENTA = [["0.1", 0.1], ["0.01", 0.01], ["0.5", 0.5], ["0.9", 0.9], ["None: mean of all", null]];

function shape(tag, props, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}

function render({ model, el }) {
  const box = frame(el, "Batch norm in training and evaluation");
  box.classList.add("pl-bn");
  const names = ["batch", "history", "momentum", "training"];
  const state = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const put = (traits) => {
    for (const [name, value] of Object.entries(traits)) model.set(name, value);
    model.save_changes();
  };
  const [batchId, exampleId, momentumId, modeId] = ["batch", "example", "momentum", "mode"].map(uniqueId);
  const wrong = h("span", { id: `${batchId}-wrong`, class: "pl-wrong" });
  const field = h("input", { id: batchId, type: "text", size: 22, autocomplete: "off", spellcheck: "false", "aria-describedby": wrong.id, oninput: () => {
    const { batch, error } = parseBatch(field.value);
    tell(error ?? "");
    if (batch) put({ batch });
  } });
  const tell = (message) => { wrong.textContent = message; field.setAttribute("aria-invalid", message ? "true" : "false"); };
  const example = h("select", { id: exampleId, onchange: () => {
    if (example.value === "") return;
    tell("");
    field.value = BATCHES[Number(example.value)][1].join(", ");
    put({ batch: BATCHES[Number(example.value)][1] });
  } }, h("option", { value: "" }, "your own"), BATCHES.map(([label], k) => h("option", { value: k }, label)));
  const momentum = h("select", { id: momentumId, onchange: () => { if (momentum.value !== "") put({ momentum: MOMENTA[Number(momentum.value)][1] }); } },
    MOMENTA.map(([label], k) => h("option", { value: k }, label)));
  const mode = h("select", { id: modeId, onchange: () => put({ training: mode.value === "train" }) },
    h("option", { value: "train" }, "train()"), h("option", { value: "eval" }, "eval()"));
  const call = h("button", { type: "button", class: "pl-button", onclick: () => {
    const now = state();
    const { error } = bnCall(now);
    if (error) return say(`ValueError: ${error}`);
    if (!now.training) return say("Nothing changed: in evaluation the running statistics are only read.");
    put({ history: [...now.history, now.batch].slice(-MOST_CALLS) });
  } }, "call the layer");
  const forget = h("button", { type: "button", class: "pl-button", onclick: () => put({ history: [] }) }, "reset");
  const running = h("p", { class: "pl-head" });
  const words = h("div", { class: "pl-words" });
  const plot = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, class: "pl-plot", "aria-hidden": "true" });
  const table = h("table", {});
  box.append(
    h("div", { class: "pl-controls" },
      labelled("batch", batchId, field, wrong), labelled("example", exampleId, example),
      labelled("momentum", momentumId, momentum), labelled("mode", modeId, mode), call, forget),
    running, words, plot,
    h("p", { class: "pl-small" }, "Each box reaches from mean − spread to mean + spread. The one with the thick edge is used now."),
    h("div", { class: "pl-scroll", tabindex: 0, role: "group", "aria-label": "the calls in training so far, scrollable" }, table));
  const say = liveRegion(box);

  function update(first = false) {
    const now = state();
    if (document.activeElement !== field) { field.value = now.batch.join(", "); tell(""); }
    const same = BATCHES.findIndex(([, batch]) => JSON.stringify(batch) === JSON.stringify(now.batch));
    example.value = same < 0 ? "" : String(same);
    momentum.value = String(MOMENTA.findIndex(([, value]) => value === now.momentum));
    mode.value = now.training ? "train" : "eval";
    const { now: kept, error } = bnCall(now);
    running.textContent = `After ${now.history.length} ${now.history.length === 1 ? "call" : "calls"} in training: running mean ${bnNumber(kept.mean)}, running var ${bnNumber(kept.var)}.`;
    words.className = `pl-words ${error ? "pl-bad" : now.training ? "pl-train" : "pl-eval"}`;
    words.replaceChildren(h("p", { class: "pl-small" }, "This call:"), ...bnWords(now).map((line) => h("p", {}, line)),
      ...(error ? [h("code", {}, `ValueError: ${error}`)] : []));
    draw(plot, now);
    fill(table, now);
    if (!first) say(`${running.textContent} ${bnWords(now).join(". ")}`);
  }

  const stop = watch(model, names, () => update());
  update(true);
  return stop;
}

const labelled = (text, id, ...parts) => h("div", { class: "pl-field" }, h("label", { for: id }, text), parts);

function fill(table, { history, momentum }) {
  const steps = bnRunning(history, momentum);
  const cells = (values) => values.map((value) => h("td", {}, value));
  table.replaceChildren(
    h("caption", { class: "pl-hidden" }, "Running statistics after each call in training"),
    h("thead", {}, h("tr", {}, ["call", "batch", "mean", "unbiased var", "running mean", "running var"].map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, steps.map((step, k) => {
      const stats = k ? bnStats(history[k - 1]) : null;
      return h("tr", {}, h("th", { scope: "row" }, k ? String(k) : "start"),
        cells([k ? history[k - 1].map(bnNumber).join(", ") : "", k ? bnNumber(stats.mean) : "", k ? bnNumber(stats.unbiased) : "", bnNumber(step.mean), bnNumber(step.var)]));
    })));
}

// Two number lines: what comes in, with mean ± spread of the batch and of the running statistics,
// and what goes out.
function draw(plot, now) {
  const { stats, now: kept, outputs, error } = bnCall(now);
  const bands = [[stats.mean, Math.sqrt(stats.biased), "pl-batch", "batch"], [kept.mean, Math.sqrt(kept.var), "pl-running", "running"]];
  const reach = [...now.batch, ...bands.flatMap(([mean, spread]) => [mean - spread, mean + spread])];
  const parts = numberLine(52, "in", now.batch, reach);
  const at = parts.at;
  for (const [k, [mean, spread, kind, name]] of bands.entries()) {
    const y = k ? 58 : 16;
    parts.push(shape("rect", { x: at(mean - spread), y, width: Math.max(at(mean + spread) - at(mean - spread), 2), height: 30, class: `${kind}${Boolean(k) !== now.training ? " pl-used" : ""}` }),
      shape("line", { x1: at(mean), x2: at(mean), y1: y, y2: y + 30, class: "pl-mean" }),
      shape("text", { x: 4, y: y + 20, class: "pl-tick" }, name));
  }
  parts.push(...parts.dots());
  if (!error) {
    const out = numberLine(152, "out", outputs, [...outputs, -1, 1]);
    out.push(shape("rect", { x: out.at(-1), y: 137, width: out.at(1) - out.at(-1), height: 30, class: "pl-result" }), ...out.dots());
    parts.push(...out);
  }
  plot.replaceChildren(...parts);
}

function numberLine(y, name, numbers, reach) {
  const [low, high] = [Math.min(...reach), Math.max(...reach)];
  const room = (high - low) * 0.06 || 1;
  const at = (x) => 60 + ((x - low + room) / (high - low + 2 * room)) * (WIDTH - 80);
  const parts = [shape("line", { x1: 60, x2: WIDTH - 20, y1: y, y2: y, class: "pl-axis" })];
  if (name === "out") parts.push(shape("text", { x: 4, y: y + 4, class: "pl-tick" }, "out"));
  for (const x of new Set([low, (low + high) / 2, high])) parts.push(shape("text", { x: at(x), y: y + (name === "out" ? 34 : 52), class: "pl-tick pl-middle" }, bnNumber(Number(x.toFixed(2)))));
  return Object.assign(parts, { at, dots: () => numbers.map((x) => shape("circle", { cx: at(x), cy: y, r: 5, class: "pl-dot" })) });
}

export default { render };
