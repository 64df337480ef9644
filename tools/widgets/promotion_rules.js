// Which type comes out where two types meet: PyTorch's rules, nothing drawn.

export const CATEGORIES = ["truth value", "integer", "floating", "complex"];
// name: [category, bytes, short name]
export const TYPES = {
  bool: [0, 1, "bool"], uint8: [1, 1, "u8"], int8: [1, 1, "i8"], int16: [1, 2, "i16"], int32: [1, 4, "i32"], int64: [1, 8, "i64"],
  float16: [2, 2, "f16"], bfloat16: [2, 2, "bf16"], float32: [2, 4, "f32"], float64: [2, 8, "f64"],
  complex64: [3, 8, "c64"], complex128: [3, 16, "c128"], complex32: [3, 4, "c32"],
};
export const TENSOR_TYPES = Object.keys(TYPES).filter((name) => name !== "complex32");
// A Python number of each category, and the type it counts as.
export const NUMBERS = { bool: "True", int64: "3", float32: "0.5", complex64: "1j" };
export const KINDS = { dims: "tensor with dimensions", zero: "0-d tensor", number: "Python number" };
export const OPS = ["+", "/", "=="];

export function category(name) {
  return TYPES[name][0];
}

export function typesOf(kind) {
  return kind === "number" ? Object.keys(NUMBERS) : TENSOR_TYPES;
}

// The type that holds what both hold.
export function promote(a, b) {
  if (category(a) !== category(b)) {
    const [low, high] = category(a) < category(b) ? [a, b] : [b, a];
    return low === "float64" ? "complex128" : high;
  }
  const pair = [a, b].sort().join();
  if (pair === "int8,uint8") return "int16";
  if (pair === "bfloat16,float16") return "float32";
  return TYPES[a][1] >= TYPES[b][1] ? a : b;
}

// The type in which two operands of a kind and a type meet, before the operation.
export function meetingType({ kindA, a, kindB, b }) {
  const order = Object.keys(KINDS);
  if (kindA === kindB) return promote(a, b);
  const [first, second] = order.indexOf(kindA) < order.indexOf(kindB) ? [a, b] : [b, a];
  if (category(first) === 2 && category(second) === 3) {
    return { float64: "complex128", float16: "complex32" }[first] ?? "complex64";
  }
  return category(second) > category(first) ? promote(first, second) : first;
}

// The type of the result of the operation.
export function resultType(meeting, op) {
  if (op === "==") return "bool";
  const met = meetingType(meeting);
  return op === "/" && category(met) < 2 ? "float32" : met;
}

export function operandWords(kind, name) {
  if (kind === "number") return `the number ${NUMBERS[name]}`;
  return kind === "zero" ? `a 0-d ${name} tensor` : `${/^i/.test(name) ? "an" : "a"} ${name} tensor`;
}

// Why the operands meet in this type, in a sentence.
export function reason(meeting) {
  const { kindA, a, kindB, b } = meeting;
  const met = meetingType(meeting);
  const later = kindA !== kindB;
  const [first, second] = Object.keys(KINDS).indexOf(kindA) <= Object.keys(KINDS).indexOf(kindB) ? [a, b] : [b, a];
  const weaker = Object.keys(KINDS).indexOf(kindA) <= Object.keys(KINDS).indexOf(kindB) ? kindB : kindA;
  if (later && category(second) <= category(first)) {
    const than = category(second) === category(first) ? "is of the same category" : "is of a lower category";
    return `A ${KINDS[weaker]} counts only if its category is higher. Here it ${than}, so ${first} stays.`;
  }
  if (later && category(first) === 2) return `A floating type that meets a complex ${KINDS[weaker]} gives the complex type of its own width: ${met}.`;
  const though = later ? `The ${KINDS[weaker]} is of a higher category, so it counts. ` : "";
  if (a === b) return `Both are ${a}.`;
  if (category(a) !== category(b)) {
    const wider = met !== a && met !== b ? ` complex64 is too narrow for a float64, so it becomes ${met}.` : "";
    return `${though}The higher category wins, ${CATEGORIES[category(met)]} over ${CATEGORIES[Math.min(category(a), category(b))]}.${wider}`;
  }
  if (met !== a && met !== b) return `Neither type holds all values of the other, so a third one does: ${met}.`;
  return `The same category, ${CATEGORIES[category(met)]}: the larger type wins.`;
}

const EXACT = { float16: "2,048", bfloat16: "256", float32: "16,777,216", float64: "9,007,199,254,740,992" };
const RANGE = { uint8: "0 to 255", int8: "-128 to 127", int16: "-32,768 to 32,767" };

// What may go wrong silently, or an empty text.
export function pitfall(meeting, op) {
  const { kindA, a, kindB, b } = meeting;
  const met = meetingType(meeting);
  if (op === "==") return "";
  if (RANGE[met] && op === "+" && category(a) === 1 && category(b) === 1) {
    return `${met} holds ${RANGE[met]}. A larger sum wraps around, without a word.`;
  }
  const result = resultType(meeting, op);
  const whole = [[kindA, a], [kindB, b]].find(([kind, name]) => kind !== "number" && category(name) === 1 && TYPES[name][1] >= 4);
  if (whole && EXACT[result] && (result !== "float64" || TYPES[whole[1]][1] === 8)) {
    return `${result} holds every whole number only up to ${EXACT[result]}. Beyond that, ${whole[1]} values are rounded.`;
  }
  const double = [[kindA, a], [kindB, b]].find(([kind, name]) => kind !== "number" && name === "float64");
  if (double && result !== "float64" && category(result) === 2) return `The float64 loses more than half of its digits: the result is ${result}.`;
  return "";
}
