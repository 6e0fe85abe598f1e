// The draws of the probabilistic analysis: Python's own, by input, run in workers or here.
"use strict";
/** Milliseconds of work between two looks at what else there is to do. */
const AT_ONCE = 30;

/** Numbers of six bytes, the first of a double, written as base64. */
function decoded(text) {
  const signs = atob(text), bytes = new Uint8Array((signs.length / 6) * 8);
  for (let i = 0; i < signs.length; i++) bytes[Math.floor(i / 6) * 8 + 2 + (i % 6)] = signs.charCodeAt(i);
  return new Float64Array(bytes.buffer);
}

/** Columns of draws by what varies in a state: position of the input, and its values. */
function drawnColumns(model, draws, { moved, choices }) {
  const found = new Map(draws.base), own = new Set();
  for (const choice of choices) {
    for (const [at, column] of draws.choices[choice.index]) found.set(at, column);
    for (const [slot, formula] of choice.drawn) {
      const [kind, at] = model.spec.slots[slot];
      if (kind === "input") own.add(at);
    }
  }
  for (const name of Object.keys(moved)) found.delete(model.position.get(name));
  // what is drawn together with something that is fixed now is drawn by itself
  for (const [at, gone, column] of draws.alone) {
    if (found.has(at) && gone.every(other => !found.has(other) && !own.has(other))) found.set(at, column);
  }
  return [...found].map(([at, column]) => [at, draws.columns[column]]);
}

/** Run some draws: totals of cost and QALYs, [draw, kind, strategy]. */
function* drawnTotals(model, draws, state, first, last) {
  const columns = drawnColumns(model, draws, state);
  const overrides = model.overrides(state.choices, state.moved, true);
  const values = model.inputs(state.moved), P = new Float64Array(model.spec.keys.length);
  let programs = null, timing = "";
  let start = first, found = [], since = performance.now();
  for (let k = first; k < last; k++) {
    for (const [at, column] of columns) values[at] = column[k];
    model.begin(values, overrides, P);
    // a horizon or a length of cycles that is drawn is rare; all else is made ready once
    const now = JSON.stringify(model.timing(model.spec.main));
    if (now !== timing) [programs, timing] = [model.prepared(model.spec.main, P), now];
    const totals = model.totals(programs, P, { lean: true });
    found.push(...totals.cost, ...totals.qaly);
    if (k === last - 1 || performance.now() - since > AT_ONCE) {
      yield { start, count: k + 1 - start, totals: Float64Array.from(found) };
      [start, found, since] = [k + 1, [], performance.now()];
    }
  }
}

/** The draws that have come, in their order. */
function drawnSoFar({ cost, qaly, parts, done }) {
  const ordered = parts.toSorted((a, b) => a[0] - b[0]);
  const come = values => {
    const found = new Float64Array(done);
    let at = 0;
    for (const [start, end] of ordered) {
      found.set(values.subarray(start, end), at);
      at += end - start;
    }
    return found;
  };
  return { done, cost: cost.map(come), qaly: qaly.map(come) };
}

/** Runs draws on request and tells of them piece by piece; a new request ends the one before. */
function drawing(model, draws, tell) {
  let current = 0;
  return ({ id, moved, choices, first, last }) => {
    current = id;
    const state = { moved, choices: choices.map(i => model.choices[i]) };
    const steps = drawnTotals(model, draws, state, first, last);
    const go = () => {
      if (current !== id) return;
      try {
        const { value, done } = steps.next();
        if (done) return;
        tell({ id, ...value });
        setTimeout(go, 0);
      } catch (fault) {
        tell({ id, fault: { name: fault.name, values: fault.values ?? {} } });
      }
    };
    go();
  };
}
