// Moves cohorts through a program: the runtime of the functions that hecon/engine/javascript.py
// writes. Nothing here knows a model; programs are numbers of nodes, sums and credits.
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
    this.people = this.height * this.initial.length;
    const discounted = ([outcome]) => this.outcomes[outcome][2] && this.outcomes[outcome][0] !== "life_years";
    this.summedCredits = this.credits.filter(discounted);
    this.summedSingles = this.singles.filter(discounted);
    this.V = new Float64Array(this.size);
    this.now = new Float64Array(this.people);
    this.added = new Float64Array(this.sums.length);
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
    this.spans = this.spansOf(B, cycles);
    return this;
  }

  /** First cycles of spans in which nothing changes that the step of a draw rests on, and the end. */
  spansOf(B, cycles) {
    const { steps, width } = this, found = [0];
    for (let t = 1; t <= cycles; t++) {
      // nobody moves at 0, and from 1 on probabilities are watched
      if (t === 1 || steps.some(at => B[t * width + at] !== B[(t - 1) * width + at])) found.push(t);
    }
    return Int32Array.of(...found, cycles + 1);
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
    this.cycle(P, !lean, keep && ((t, past, now) => keep.set(now, t * this.people)));
    return this.total(lean);
  }

  /** Go through the cycles of a draw; call `each`, if any, with everybody before and after each. */
  cycle(P, all, each = null) {
    const { V, B, W, K, functions, width, height, now, added, spans } = this;
    functions.drawn(V, P, K, B, 0, 0);
    this.watch("drawn", V, 0);
    this.initial.forEach((nodes, k) => nodes.forEach((node, s) => { now[k * height + s] = V[node]; }));
    added.fill(0);
    const past = each && new Float64Array(this.people);
    for (let i = 0; i < spans.length - 1; i++) {
      const first = spans[i], next = spans[i + 1];
      const least = functions.step(V, P, K, B, first * width, first);
      if (first && !(least >= -TOLERANCE)) this.watch("step", V, 0, first);
      if (!each) for (const span of functions.spans) span(V, now, added, W, K, first, next - 1, all);
      for (let t = first; each && t < next; t++) {
        past.set(now);
        for (const span of functions.spans) span(V, now, added, W, K, t, t, all);
        each(t, past, now);
      }
    }
  }

  product(nodes, amount) {
    for (let k = 0; k < nodes.length; k++) amount *= this.V[nodes[k]];
    return amount;
  }

  total(lean) {
    const strategies = this.strategies.length, { V, added } = this;
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
    this.cycle(P, true, (t, past, now) => {
      for (const [outcome, strategy, sum, factors, cycle] of chosen) {
        const [trace, places, loop, weight] = sums[sum];
        if (weights[weight][t] === 0) continue;
        let counted = 0;
        for (const [place, flow] of places) {
          const state = trace * this.height + place;
          counted += flow >= 0 ? past[state] * V[flow] : K.before[t] * past[state] + K.after[t] * now[state];
        }
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
