// Inputs and formulas by name: each is worked out when it is asked for, once for a set of values.
"use strict";

/**
 * A reader of slots over a vector of inputs.
 * `set(values, overrides)` begins anew: overrides is a Map of slots to formulas' functions.
 */
function namesOf(slots, formulas) {
  const known = new Float64Array(slots.length), seen = new Int32Array(slots.length);
  let round = 0, values = null, overrides = new Map();
  const g = slot => {
    if (seen[slot] === round) return known[slot];
    const other = overrides.get(slot), [kind, at] = slots[slot];
    const found = other ? other(g) : kind === "input" ? values[at] : formulas[at](g);
    if (kind !== "timed") {
      seen[slot] = round;
      known[slot] = found;
    }
    return found;
  };
  g.cycle = NaN;
  g.set = (given, changes) => {
    round += 1;
    values = given;
    overrides = changes;
    return g;
  };
  return g;
}
