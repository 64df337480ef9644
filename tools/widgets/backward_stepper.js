// Step through a graph, forward and backward: the page side of BackwardStepper.

import { frame, h, liveRegion, uniqueId, watch } from "./base.js";
import { asText, stepsOf, titleOf } from "./backward_steps.js";

const SVG = "http://www.w3.org/2000/svg";
const BOX_HEIGHT = 64;

function s(tag, props, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function render({ model, el }) {
  const box = frame(el, "Backward stepper");
  box.classList.add("pl-stepper");
  const graph = model.get("graph");
  const places = model.get("places");
  const steps = stepsOf(graph);
  const last = steps.length - 1;
  const now = () => Math.min(Math.max(model.get("step"), 0), last);
  const go = (step) => {
    model.set("step", Math.min(Math.max(step, 0), last));
    model.save_changes();
  };

  const id = uniqueId("step");
  const slider = h("input", { id, type: "range", min: 0, max: last, oninput: () => go(Number(slider.value)) });
  const button = (label, sign, to) => h("button", { type: "button", class: "pl-button", "aria-label": label, title: label, onclick: () => go(to()) }, sign);
  const buttons = [
    button("first step", "|◀", () => 0), button("step back", "◀", () => now() - 1),
    button("step forward", "▶", () => now() + 1), button("last step", "▶|", () => last),
  ];
  const counter = h("span", { class: "pl-count" });
  const head = h("p", { class: "pl-head" });
  const lines = h("div", { class: "pl-lines" });
  const picture = draw(graph, places);
  const scroll = h("div", { class: "pl-scroll", tabindex: 0, role: "group", "aria-label": "picture of the graph, scrollable" }, picture.element);
  const table = h("table", { class: "pl-totals" });
  box.append(
    h("div", { class: "pl-controls" }, buttons.slice(0, 2), h("label", { for: id, class: "pl-hidden" }, "step"), slider, buttons.slice(2), counter),
    h("div", { class: "pl-say" }, head, lines),
    scroll,
    h("details", {}, h("summary", {}, "All values and gradients as a table"), table),
  );
  const say = liveRegion(box);

  function update(first = false) {
    const number = now();
    const step = steps[number];
    slider.value = number;
    slider.setAttribute("aria-valuetext", `step ${number} of ${last}, ${step.phase}`);
    counter.textContent = `step ${number} of ${last}`;
    buttons.slice(0, 2).forEach((b) => { b.disabled = number === 0; });
    buttons.slice(2).forEach((b) => { b.disabled = number === last; });
    head.textContent = step.head;
    head.className = `pl-head pl-${step.phase}${step.agree === false ? " pl-wrong" : ""}`;
    lines.replaceChildren(...step.lines.map((line) => h("p", {}, line)));
    picture.show(step);
    if (step.at) {
      const [x, , wide] = places.boxes[step.at];
      scroll.scrollLeft = x + wide / 2 - scroll.clientWidth / 2;
    }
    fillTable(table, graph, step);
    if (!first) say(`${step.head} ${step.lines.join(". ")}`);
  }

  const stop = watch(model, ["step"], () => update());
  update(true);
  return stop;
}

// The boxes and arrows where graphviz has put them; `show` brings them to a step.
function draw(graph, { width, height, boxes, arrows }) {
  const root = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, class: "pl-graph", "aria-hidden": "true" });
  const marker = uniqueId("tip");
  root.append(s("defs", {}, s("marker", { id: marker, viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 11, markerHeight: 11, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" }, s("path", { d: "M0,0 L8,4 L0,8 z", class: "pl-tip" }))));
  const drawnArrows = arrows.map(([from, to, slot, d]) => {
    const path = s("path", { d, class: "pl-arrow" });
    root.append(path);
    return { from, to, slot, path };
  });
  const drawnBoxes = graph.nodes.map((node) => {
    const [x, y, wide] = boxes[node.key];
    const text = (row, kind) => s("text", { x: x + wide / 2, y: y + 18 + 19 * row, class: kind });
    const parts = [text(0, "pl-title"), text(1, "pl-value"), text(2, "pl-grad")];
    const rect = s("rect", { x, y, width: wide, height: BOX_HEIGHT, rx: 6 });
    const group = s("g", { class: `pl-node pl-${node.kind}` }, rect, ...parts);
    parts[0].textContent = titleOf(node, graph);
    root.append(group);
    return { node, group, value: parts[1], grad: parts[2] };
  });
  return {
    element: root,
    show(step) {
      for (const { from, to, slot, path } of drawnArrows) {
        const on = step.arrow && step.arrow[0] === from && step.arrow[1] === to && step.arrow[2] === slot;
        const back = step.phase === "backward" && step.done.includes(to);
        path.setAttribute("class", `pl-arrow${on ? " pl-on" : ""}${back ? " pl-back" : ""}`);
        path.removeAttribute("marker-start");
        path.removeAttribute("marker-end");
        path.setAttribute(on ? "marker-start" : "marker-end", `url(#${marker})`);
      }
      for (const { node, group, value, grad } of drawnBoxes) {
        const at = step.at === node.key;
        const gets = step.to === node.key;
        group.setAttribute("class", `pl-node pl-${node.kind}${at ? " pl-at" : ""}${gets ? " pl-gets" : ""}`);
        value.textContent = step.values.includes(node.key) ? `value ${asText(node.value)}` : "";
        const total = step.totals[node.key];
        const count = step.counts[node.key] ?? 0;
        grad.textContent = total === undefined ? "" : `grad ${asText(total)}${count > 1 ? `, from ${count}` : ""}`;
      }
    },
  };
}

function fillTable(table, graph, step) {
  const rows = graph.nodes.map((node) => h("tr", {},
    h("th", { scope: "row" }, titleOf(node, graph)),
    h("td", {}, step.values.includes(node.key) ? asText(node.value) : "not yet"),
    h("td", {}, step.totals[node.key] === undefined ? "none yet" : asText(step.totals[node.key])),
    h("td", {}, String(step.counts[node.key] ?? 0))));
  table.replaceChildren(
    h("thead", {}, h("tr", {}, ["node", "value", "gradient so far", "arrivals"].map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, rows));
}

export default { render };
