// Curves, boundary and words of a training run: pure functions from its state `now`.

export const DASHES = ["", "8 4", "2 3", "10 3 2 3", "4 4", "1 5"];
export const SHAPES = ["M-3,0a3,3 0 1,0 6,0a3,3 0 1,0 -6,0z", "M-2.7,-2.7h5.4v5.4h-5.4z", "M0,-3.6l3.4,5.8h-6.8z", "M0,-4l4,4l-4,4l-4,-4z", "M-3,-3l6,6M3,-3l-6,6", "M0,-4v8M-4,0h8"];
export const STATUS = { ready: "not started", running: "running", paused: "paused", done: "finished", error: "stopped by an error" };

export function numberText(value) {
  if (value === null || value === undefined) return "none";
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 100000)) return value.toExponential(1).replace("e+", "e").replaceAll("-", "−");
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

export function percent(value) {
  return `${Math.round(100 * value)} %`;
}

export function position(now) {
  const batch = now.batches ? `, batch ${now.batch} of ${now.batches}` : "";
  return `epoch ${now.epoch} of ${now.epochs}${batch}`;
}

// How far the run is, between 0 and 1; null where nobody knows.
export function progress(now) {
  if (now.status === "done") return 1;
  return now.total ? Math.min(now.step / now.total, 1) : null;
}

// One sentence for everything that a glance at the page tells.
export function summary(now) {
  const said = [`${STATUS[now.status]}, ${position(now)}`];
  if (now.loss !== null) said.push(`loss ${numberText(now.loss)}`);
  if (now.accuracy !== null) said.push(`accuracy ${percent(now.accuracy)}`);
  const held = now.history.held_out.at(-1);
  if (held) said.push(`held out: loss ${numberText(held[1])}${held[2] === null ? "" : `, accuracy ${percent(held[2])}`}`);
  return `${said.join("; ")}.`;
}

// The curves of each plot, as { title, curves: [{ label, steps, values }], logarithmic, limits }.
export function plotsOf(now) {
  const { step, loss, accuracy, norms, held_out: held } = now.history;
  if (!loss.length) return [];
  const steps = held.map((row) => row[0]);
  const both = (values, place) => [
    { label: "training", steps: step, values },
    ...(held.length ? [{ label: "held out", steps, values: held.map((row) => row[place]) }] : []),
  ];
  const plots = [{ title: "loss", curves: both(loss, 1) }];
  if (now.accuracy !== null) plots.push({ title: "accuracy", curves: both(accuracy, 2), limits: [0, 1] });
  plots.push({ title: "gradient norms", logarithmic: true, curves: now.groups.map((label, k) => ({ label, steps: step, values: norms[k] })) });
  return plots;
}

// Where a plot's numbers lie on its axis: the limits, and a function to 0 (bottom) … 1 (top).
export function axisOf({ curves, limits, logarithmic }) {
  const scaled = (value) => (logarithmic ? Math.log10(Math.max(value, 1e-12)) : value);
  const known = curves.flatMap(({ values }) => values.filter((v) => v !== null).map(scaled));
  const low = limits ? limits[0] : Math.min(...known, ...(logarithmic ? [] : [0]));
  let high = limits ? limits[1] : Math.max(...known);
  if (!Number.isFinite(low)) return { low: 0, high: 1, place: () => 0, shown: ["0", "1"] };
  if (!(high > low)) high = low + 1;
  const shown = [low, high].map((each) => numberText(logarithmic ? 10 ** each : each));
  return { low, high, shown, place: (value) => Math.min(Math.max((scaled(value) - low) / (high - low), 0), 1) };
}

// The points of a curve in a frame of `width` by `height`, gaps left out.
export function pointsOf({ steps, values }, place, last, width, height) {
  const points = [];
  values.forEach((value, k) => {
    if (value !== null) points.push(`${((width * steps[k]) / last).toFixed(1)},${(height * (1 - place(value))).toFixed(1)}`);
  });
  return points.join(" ");
}

export function plotInWords({ title, curves }) {
  const lines = curves.map(({ label, values }) => {
    const known = values.filter((v) => v !== null);
    if (!known.length) return `${label}: none`;
    return `${label}: ${numberText(known[0])} at first, ${numberText(known.at(-1))} at last, between ${numberText(Math.min(...known))} and ${numberText(Math.max(...known))}`;
  });
  return `Curve of ${title}. ${lines.join("; ")}.`;
}

// Runs of equal neighbours in each row: [column, row, length, class, mean sureness].
export function runsOf({ side, chosen, sure }) {
  const runs = [];
  for (let row = 0; row < side; row += 1) {
    for (let start = 0, i = 1; i <= side; i += 1) {
      const [a, b] = [row * side + start, row * side + i];
      if (i === side || chosen[a] !== chosen[b] || sure[a] !== sure[b]) {
        runs.push([start, row, i - start, parseInt(chosen[a], 36), (Number(sure[a]) + 0.5) / 10]);
        start = i;
      }
    }
  }
  return runs;
}

// How many of the points lie where the model says another class.
export function misplaced({ frame, side, points, classes, chosen }) {
  const [left, right, low, high] = frame;
  return points.filter(([x, y], k) => {
    const column = Math.min(Math.floor((side * (x - left)) / (right - left)), side - 1);
    const row = Math.min(Math.floor((side * (high - y)) / (high - low)), side - 1);
    return parseInt(chosen[row * side + column], 36) !== classes[k] % 36;
  }).length;
}

export function boundaryInWords(boundary) {
  const all = boundary.points.length;
  return `The plane of the inputs, coloured by the class that the model gives to each place. ${all - misplaced(boundary)} of ${all} points shown lie on their own side.`;
}
