// Moves cohorts through a program: the runtime of the functions that hecon/engine/javascript.py
// writes. Nothing here knows a model; programs are numbers of nodes, moves, sums and credits.
"use strict";

/** What can't be worked out, by the name of its sentence and what stands in it. */
class Fault extends Error {
  constructor(name, values = {}) {
    super(name);
    this.name = name;
    this.values = values;
  }
}

/** A program made ready for parameters and cycles, and run draw by draw. */
class Cohorts {
  constructor(data, functions, rule) {
    Object.assign(this, data);
    this.functions = functions;
    this.rule = rule;
    this.height = this.states.length;
    this.people = this.height * this.traces.length;
    const discounted = ([outcome]) => this.outcomes[outcome][2] && this.outcomes[outcome][0] !== "life_years";
    this.summedCredits = this.credits.filter(discounted);
    this.summedSingles = this.singles.filter(discounted);
    this.stepWatched = Int32Array.from(this.watched.step, each => each[0]);
    this.V = new Float64Array(this.size);
  }

  /** Work out what all draws share: parameters P, and cycles of some months. */
  prepare(P, cycles, months) {
    const K = (this.K = clockOf(this.rule, cycles, months, this.times));
    const B = (this.B = new Float64Array(this.width * (cycles + 1)));
    const { V, functions } = this;
    functions.fixed(V, P, K, B, 0, 0);
    this.watch("fixed", V, 0);
    for (let t = 0; t <= cycles; t++) {
      functions.series(V, P, K, B, t * this.width, t);
      if (t) this.watch("series", B, t * this.width, t);
    }
    const weights = this.weights.map(weight => this.weight(weight));
    this.W = new Float64Array(weights.length * (cycles + 1));
    weights.forEach((series, k) => series.forEach((w, t) => { this.W[t * weights.length + k] = w; }));
    return this;
  }

  /** By cycle, what is the same in all draws in some credits; zero where nothing counts. */
  weight([kind, places], shifted = true) {
    const { K, B, width } = this;
    const times = (weights, t) => {
      if (!weights[t]) return 0;
      return places.reduce((product, at) => product * B[t * width + at], weights[t]);
    };
    if (kind === "flow") return byCycle(K.cycles, t => times(K.events, t));
    if (kind === "loop" || !shifted) {
      const counted = byCycle(K.cycles, t => (K.before[t] + K.after[t] > 0 ? 1 : 0));
      return byCycle(K.cycles, t => times(counted, t));
    }
    return byCycle(K.cycles, t => times(K.after, t) + (t < K.cycles ? times(K.before, t + 1) : 0));
  }

  /** Refuse a probability below zero or none at all. */
  watch(kind, values, offset, cycle = 0) {
    for (const [at, row] of this.watched[kind]) {
      if (!(values[offset + at] >= -TOLERANCE)) {
        const [strategy, from, to] = this.rows[row];
        throw new Fault("breach", { strategy, from, to, cycle, value: values[offset + at] });
      }
    }
  }

  /**
   * Totals of one draw, [outcome, strategy] in one array; if `lean`, discounted costs and QALYs alone.
   * `keep` receives everybody's place, [cycle, trace, state].
   */
  run(P, lean = false, keep = null) {
    const { K, W, functions, V } = this, width = this.weights.length;
    const added = new Float64Array(this.sums.length);
    this.cycle(P, (t, past, now) => {
      functions.summed(V, now, past, added, W, t * width, K.before[t], K.after[t]);
      if (!lean) functions.others(V, now, past, added, W, t * width, K.before[t], K.after[t]);
      if (keep) keep.set(now, t * this.people);
    });
    return this.total(added, lean);
  }

  /** Go through the cycles of a draw, and call `each` with everybody before and after each. */
  cycle(P, each) {
    const { V, B, K, functions, width, stepWatched, height } = this;
    functions.drawn(V, P, K, B, 0, 0);
    this.watch("drawn", V, 0);
    let now = new Float64Array(this.people), past = new Float64Array(this.people);
    this.traces.forEach((trace, k) => trace.initial.forEach((node, s) => { now[k * height + s] = V[node]; }));
    for (let t = 0; t <= K.cycles; t++) {
      functions.step(V, P, K, B, t * width, t);
      if (t) {
        for (let i = 0; i < stepWatched.length; i++) {
          if (!(V[stepWatched[i]] >= -TOLERANCE)) this.watch("step", V, 0, t);
        }
        [now, past] = [past, now];
        functions.move(V, now, past);
      }
      each(t, past, now);
    }
  }

  product(nodes, amount) {
    for (let k = 0; k < nodes.length; k++) amount *= this.V[nodes[k]];
    return amount;
  }

  total(added, lean) {
    const strategies = this.strategies.length, V = this.V;
    const totals = new Float64Array(this.outcomes.length * strategies);
    for (const [outcome, strategy, sum, factors] of lean ? this.summedCredits : this.credits) {
      totals[outcome * strategies + strategy] += this.product(factors, added[sum]);
    }
    for (const [outcome, strategy, node] of lean ? this.summedSingles : this.singles) {
      totals[outcome * strategies + strategy] += V[node];
    }
    for (let i = 0; i < totals.length; i++) {
      if (!Number.isFinite(totals[i])) {
        const [kind, item] = this.outcomes[Math.floor(i / strategies)];
        throw new Fault("infinite", { kind, item, strategy: this.strategies[i % strategies] });
      }
    }
    return totals;
  }

  /** Amounts by cycle of the outcomes that are wanted: an array by [outcome][strategy]. */
  flows(P, wanted) {
    const { K, V, sums, credits } = this;
    const chosen = credits.filter(credit => wanted(...this.outcomes[credit[0]]));
    const weights = this.weights.map(weight => this.weight(weight, false));
    const amounts = this.outcomes.map(outcome =>
      wanted(...outcome) ? this.strategies.map(() => new Float64Array(K.cycles + 1)) : null);
    this.cycle(P, (t, past, now) => {
      for (const [outcome, strategy, sum, factors, cycle] of chosen) {
        const [trace, place, flow, loop, weight] = sums[sum], state = trace * this.height + place;
        if (weights[weight][t] === 0) continue;
        const counted = flow >= 0 ? past[state] * V[flow] : K.before[t] * past[state] + K.after[t] * now[state];
        const amount = this.product(factors, this.product(loop, counted * weights[weight][t]));
        // what falls after the horizon is zero, wherever it is put
        amounts[outcome][strategy][cycle < 0 ? t : Math.min(V[cycle], K.cycles)] += amount;
      }
    });
    for (const [outcome, strategy, node, cycle] of this.singles) {
      if (amounts[outcome]) amounts[outcome][strategy][V[cycle] <= K.cycles ? V[cycle] : 0] += V[node];
    }
    return amounts;
  }
}
