// What every widget's page code shares.

// An element: h("p", { class: "x", onclick: f }, "text", child). null and false are left out.
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

let made = 0;
export function uniqueId(stem) {
  return `pl-${stem}-${Date.now().toString(36)}-${made++}`;
}

// A hidden place a screen reader reads from. say(text) waits a moment, so typing is not talked over.
export function liveRegion(parent) {
  const region = h("div", { class: "pl-hidden", role: "status", "aria-live": "polite" });
  parent.append(region);
  let timer;
  return function say(text) {
    clearTimeout(timer);
    timer = setTimeout(() => { region.textContent = text; }, 400);
  };
}

// Calls f once after some of the traits have changed; the function it returns stops that.
export function watch(model, names, f) {
  let due = false;
  const soon = () => {
    if (due) return;
    due = true;
    queueMicrotask(() => { due = false; f(); });
  };
  for (const name of names) model.on(`change:${name}`, soon);
  return () => names.forEach((name) => model.off(`change:${name}`, soon));
}

// Arrow keys walk through `rows` (arrays of focusable cells): one Tab stop, the rest by arrow,
// Home and End for the row's ends, with Ctrl for the grid's.
export function walkable(grid, rows) {
  rows.forEach((row, r) => row.forEach((cell, c) => cell.setAttribute("tabindex", r || c ? -1 : 0)));
  grid.addEventListener("keydown", (event) => {
    const r = rows.findIndex((row) => row.includes(event.target));
    if (r < 0 || event.altKey || event.metaKey) return;
    const c = rows[r].indexOf(event.target);
    const last = rows.length - 1;
    const end = rows[r].length - 1;
    const [toRow, toColumn] = {
      ArrowUp: [Math.max(r - 1, 0), c],
      ArrowDown: [Math.min(r + 1, last), c],
      ArrowLeft: [r, Math.max(c - 1, 0)],
      ArrowRight: [r, Math.min(c + 1, end)],
      Home: [event.ctrlKey ? 0 : r, 0],
      End: [event.ctrlKey ? last : r, end],
    }[event.key] ?? [];
    if (toRow === undefined) return;
    event.preventDefault();
    rows[toRow][toColumn].focus();
  });
  grid.addEventListener("focusin", (event) => {
    rows.flat().forEach((cell) => cell.setAttribute("tabindex", cell === event.target ? 0 : -1));
  });
}

// The widget's outermost box. Keys pressed in it stay in it: JupyterLab and slides would take the
// arrows, and every letter that is a shortcut, for themselves.
export function frame(el, label) {
  const box = h("div", { class: "pl-widget", role: "group", "aria-label": label });
  for (const event of ["keydown", "keypress", "keyup"]) {
    box.addEventListener(event, (e) => e.stopPropagation());
  }
  el.replaceChildren(box);
  return box;
}
