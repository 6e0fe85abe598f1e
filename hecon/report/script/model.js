// A study's model: what its inputs come to, and what every strategy costs and gives.
"use strict";

/** Cycles that an analysis may have, and months of the horizon that may be left or missing. */
const MOST_CYCLES = 20000, SLACK = 1e-6;
const KINDS = ["cost", "qaly", "life_years"];

class LiveModel {
  constructor(spec) {
    this.spec = spec;
    const columns = spec.tables.map(column => Float64Array.from(column, v => (v === null ? NaN : v)));
    this.formulas = FORMULAS(columns);
    this.names = namesOf(spec.slots, this.formulas);
    this.programs = spec.programs.map((data, i) => new Cohorts(data, PROGRAMS[i](columns), spec.rules[data.rule]));
    this.base = Float64Array.from(spec.base, v => (v === null ? NaN : v));
    this.position = new Map(spec.keys.map((key, i) => [key, i]));
  }

  /** Values of inputs: those of the base case, and those that were moved, by name. */
  inputs(moved = {}) {
    const values = this.base.slice();
    for (const [name, value] of Object.entries(moved)) values[this.position.get(name)] = value;
    return values;
  }

  /** What choices put in the place of inputs and formulas, but for inputs that were moved. */
  overrides(choices, moved = {}, drawn = false) {
    const found = new Map();
    const left = new Set(Object.keys(moved).map(name => this.position.get(name)));
    for (const choice of choices) {
      for (const [slot, formula] of drawn ? choice.drawn : choice.changes) {
        const [kind, at] = this.spec.slots[slot];
        if (kind !== "input" || !left.has(at)) found.set(slot, this.formulas[formula]);
      }
      for (const [slot, at] of drawn ? choice.own : []) {
        found.set(slot, () => this.values[at]);
      }
    }
    return found;
  }

  /** Begin with values and overrides: the parameters of all programs. */
  begin(values, overrides, P = new Float64Array(this.spec.keys.length)) {
    this.values = values;
    const g = this.names.set(values, overrides);
    this.spec.values.forEach((slot, i) => { P[i] = g(slot); });
    return P;
  }

  /** Number and length of the cycles of a group of programs. */
  timing(group) {
    const g = this.names;
    const years = this.formulas[group.horizon_years](g);
    if (group.differ) return this.unevenTiming(group, years * MONTHS);
    const months = this.formulas[group.cycle_months](g), cycles = (years * MONTHS) / months;
    const whole = Math.round(cycles);
    if (!(months > 0) || !(whole >= 1) || !(Math.abs(cycles - whole) < SLACK) || whole > MOST_CYCLES) {
      throw new Fault("cycles", { cycles, months, most: MOST_CYCLES });
    }
    return { cycles: whole, months };
  }

  unevenTiming(group, horizon) {
    const months = [];
    let left = horizon;
    while (left > SLACK) {
      this.names.cycle = months.length + 1;
      const length = this.formulas[group.cycle_months](this.names);
      if (!(length > 0) || left - length < -SLACK || months.length >= MOST_CYCLES) {
        throw new Fault("uneven_cycles", { cycle: months.length + 1, months: length, left });
      }
      months.push(length);
      left -= length;
    }
    if (!months.length) throw new Fault("uneven_cycles", { cycle: 1, months: horizon, left });
    return { cycles: months.length, months };
  }

  /** The programs of a group made ready for values that were begun with. */
  prepared(group, P) {
    const { cycles, months } = this.timing(group);
    return group.programs.map(those => {
      const found = those.map(i => this.programs[i]).find(each => fits(each.months, months, cycles));
      if (!found) throw new Fault("length", {});
      return found.prepare(P, cycles, months);
    });
  }

  /** Totals by kind, whether discounted and strategy, over items and sources. */
  totals(programs, P, { lean = false, keep = null } = {}) {
    const found = {}, width = programs[0].strategies.length;
    for (const kind of KINDS) {
      for (const name of [kind, `${kind}_undiscounted`]) found[name] = new Float64Array(width);
    }
    for (const program of programs) {
      const totals = program.run(P, lean, program === programs.at(-1) ? keep : null);
      program.outcomes.forEach(([kind, , discounted], i) => {
        // where rules of counting differ, one program counts costs and the other all else
        if (programs.length > 1 && (kind === "cost") !== (program === programs[0])) return;
        const sums = found[discounted ? kind : `${kind}_undiscounted`];
        for (let s = 0; s < width; s++) sums[s] += totals[i * width + s];
      });
    }
    return found;
  }

  /** QALYs over remaining life of the first strategy of a group. */
  remaining(group, P, discounted) {
    const found = this.totals(this.prepared(group, P), P);
    return found[discounted ? "qaly" : "qaly_undiscounted"][0];
  }
}

/** Whether a program that was written for some lengths of cycles serves others. */
function fits(written, months, cycles) {
  if (written === null) return true;
  if (typeof written === "number") return written === months;
  return Array.isArray(months) && written.length === cycles && written.every((m, i) => m === months[i]);
}
