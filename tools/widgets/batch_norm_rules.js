// Batch norm on one channel without scale and shift: statistics, running ones, results. As batch_norm.py.

export const [BN_EPS, BN_MOST, BN_LARGEST] = [1e-5, 8, 1000];

export function bnNumber(number) {
  const text = String(Number(number.toPrecision(5)));
  return (text === "-0" ? "0" : text).replace("-", "−");
}

// Mean, sum of squared distances, and the two variances; the unbiased one of a single number is null.
export function bnStats(batch) {
  const n = batch.length;
  const mean = batch.reduce((sum, x) => sum + x, 0) / n;
  const squares = batch.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { n, mean, squares, biased: squares / n, unbiased: n > 1 ? squares / (n - 1) : null };
}

// The running statistics at the start and after each batch: [{ mean, var, share }, …].
export function bnRunning(history, momentum) {
  const steps = [{ mean: 0, var: 1, share: null }];
  history.forEach((batch, k) => {
    const { mean, unbiased } = bnStats(batch);
    const share = momentum ?? 1 / (k + 1);
    const before = steps.at(-1);
    steps.push({ mean: (1 - share) * before.mean + share * mean, var: (1 - share) * before.var + share * unbiased, share });
  });
  return steps;
}

// What the layer makes of the batch: { used, outputs, next } or { error }; `next` are the running
// statistics after the call.
export function bnCall({ batch, history, momentum, training }) {
  const now = bnRunning(history, momentum).at(-1);
  const stats = bnStats(batch);
  if (training && batch.length < 2) {
    return { stats, now, error: "Expected more than 1 value per channel when training, got input size torch.Size([1, 1])" };
  }
  const used = training ? { mean: stats.mean, var: stats.biased } : now;
  const outputs = batch.map((x) => (x - used.mean) / Math.sqrt(used.var + BN_EPS));
  return { stats, now, used, outputs, next: training ? bnRunning([...history, batch], momentum).at(-1) : now };
}

const bracket = (number) => (number < 0 ? `(${bnNumber(number)})` : bnNumber(number));

// The call with all its numbers, line by line.
export function bnWords(state) {
  const { stats, now, used, outputs, next, error } = bnCall(state);
  const { n, mean, squares, biased, unbiased } = stats;
  const lines = [`batch mean: (${state.batch.map(bracket).join(" + ")}) / ${n} = ${bnNumber(mean)}`];
  if (error) return [...lines, "One number has no spread: its variance would be 0 / 0. In training this is an error."];
  if (state.training) {
    const share = next.share;
    const mix = (before, measured, after) => `${bnNumber(1 - share)} · ${bracket(before)} + ${bnNumber(share)} · ${bracket(measured)} = ${bnNumber(after)}`;
    lines.push(
      `variance to normalise with, biased: ${bnNumber(squares)} / ${n} = ${bnNumber(biased)}`,
      `variance for the running one, unbiased: ${bnNumber(squares)} / ${n - 1} = ${bnNumber(unbiased)}`,
      `running mean: ${mix(now.mean, mean, next.mean)}`,
      `running var: ${mix(now.var, unbiased, next.var)}`);
  } else {
    lines.push(`running mean ${bnNumber(now.mean)} and running var ${bnNumber(now.var)} are used, and stay as they are`);
  }
  lines.push(`y = (x − ${bracket(used.mean)}) / √(${bnNumber(used.var)} + 0.00001) = ${outputs.map(bnNumber).join(", ")}`);
  return lines;
}

// Numbers typed with commas: { batch } or { error }.
export function parseBatch(text) {
  const parts = text.replace(/[[\]]/g, "").split(/[\s,;]+/).filter(Boolean);
  if (!parts.length) return { error: "Type some numbers, such as 1, 2, 3, 6." };
  if (parts.length > BN_MOST) return { error: `At most ${BN_MOST} numbers.` };
  const wrong = parts.find((part) => !/^[-−+]?(\d+\.?\d*|\.\d+)$/.test(part));
  if (wrong) return { error: `“${wrong}” is not a number.` };
  const batch = parts.map((part) => Number(part.replace("−", "-")));
  if (batch.some((x) => Math.abs(x) > BN_LARGEST)) return { error: `Numbers from −${BN_LARGEST} to ${BN_LARGEST}.` };
  return { batch };
}
