// What totals mean: increments, dominance, the frontier, severity and thresholds, acceptability.
// The faces of hecon/analyses/ties.py, comparison.py, frontier.py, conclusion.py, threshold.py and
// probabilistic.py.
"use strict";
const TIE = 1e-12, STRAIGHT = 1e-9;

/** One less the other, exactly 0 where they are equal but for rounding. */
function difference(first, second) {
  const gap = first - second;
  return Math.abs(gap) > TIE * Math.max(Math.abs(first), Math.abs(second)) ? gap : 0;
}

/** What increments mean, by the name of its words. */
function verdictOf(cost, qaly) {
  if (qaly === 0) return cost === 0 ? "no_difference" : cost > 0 ? "more_costly" : "less_costly";
  if (qaly > 0) return cost > 0 ? "ratio" : "dominant";
  return cost < 0 ? "saving" : "dominated";
}

/** Increments of a pair of strategies by position, with the ICER where a ratio has a meaning. */
function comparison(totals, a, b) {
  const [cost, qaly, lifeYears] = ["cost", "qaly", "life_years"].map(kind => difference(totals[kind][a], totals[kind][b]));
  const verdict = verdictOf(cost, qaly);
  const icer = verdict === "ratio" || verdict === "saving" ? cost / qaly : NaN;
  return { cost, qaly, lifeYears, verdict, icer };
}

/** Strategies in order of cost: place on the frontier, what each is compared with, and the ICER. */
function frontierOf(cost, effect) {
  const cheap = TIE * Math.max(...cost.map(Math.abs)), slight = TIE * Math.max(...effect.map(Math.abs));
  const order = cost.map((_, i) => i).sort((i, j) => {
    if (Math.abs(cost[i] - cost[j]) > cheap) return cost[i] - cost[j];
    if (Math.abs(effect[i] - effect[j]) > slight) return effect[j] - effect[i];
    return i - j;
  });
  const slope = (a, b) => (cost[b] - cost[a]) / (effect[b] - effect[a]);
  const efficient = [], status = [], twins = [];
  for (const i of order) {
    const last = efficient.at(-1);
    status[i] = "on";
    if (last !== undefined && effect[i] <= effect[last] + slight) {
      status[i] = "dominated";
      if (cost[i] <= cost[last] + cheap && effect[i] >= effect[last] - slight) twins.push([i, last]);
      continue;
    }
    while (efficient.length > 1) {
      const [a, b] = efficient.slice(-2);
      if (slope(b, i) > slope(a, b) * (1 + STRAIGHT)) break;
      status[efficient.pop()] = "extended";
    }
    efficient.push(i);
  }
  for (const [i, j] of twins) status[i] = status[j] === "on" ? "same" : status[j];
  return order.map(i => {
    const place = efficient.indexOf(i), against = place > 0 ? efficient[place - 1] : -1;
    return { strategy: i, status: status[i], against, icer: against < 0 ? NaN : slope(against, i) };
  });
}

/** Positions of the strategies with the highest net benefit, up to rounding. */
function bestOf(threshold, cost, effect) {
  const benefit = cost.map((c, i) => threshold * effect[i] - c);
  const tolerance = TIE * Math.max(...cost.map((c, i) => threshold * Math.abs(effect[i]) + Math.abs(c)));
  const highest = Math.max(...benefit);
  return benefit.flatMap((each, i) => (each >= highest - tolerance ? [i] : []));
}

/** The weight of a shortfall's class, or the threshold that stands in its place. */
function severityFactor(rule, absolute, proportional) {
  const first = rule.measure === "proportional shortfall" ? proportional : absolute;
  return rule.classes.reduce((found, step) => {
    const second = step.proportional !== null && proportional >= step.proportional;
    return first >= step.shortfall || second ? step.factor : found;
  }, rule.sets_threshold ? 0 : 1);
}

/** Severity and what a QALY may cost, for values that the model was begun with. */
function limitsOf(model, P, comparator, rules, { choices, asked }) {
  const value = formula => model.formulas[formula](model.names);
  const other = choices.find(choice => choice.kind === "severity"), severity = other ? other.severity : rules.severity;
  const found = { opportunity: value(rules.opportunity_cost), weight: 1, severity };
  if (model.spec.people) {
    const discounted = severity ? severity.discounted : false;
    found.people = model.remaining(model.spec.people, P, discounted);
    found.standard = model.remaining(model.spec.standard[comparator], P, discounted);
    found.shortfall = found.people - found.standard;
    found.proportional = found.shortfall / found.people;
    if (severity) found.weight = severityFactor(severity, found.shortfall, found.proportional);
  }
  const given = asked ?? rules.asked;
  found.threshold = given ?? found.opportunity * found.weight;
  found.stated = given === null && rules.stated.length
    ? rules.stated.map(formula => value(formula) * found.weight)
    : [found.threshold];
  return found;
}

/** Share of draws in which each strategy has the highest net benefit, by threshold. */
function acceptability(thresholds, cost, effect) {
  const draws = cost[0].length;
  const rounding = (threshold, k) => Math.max(...cost.map((c, i) => threshold * Math.abs(effect[i][k]) + Math.abs(c[k])));
  return thresholds.map(threshold => {
    const shares = new Array(cost.length).fill(0);
    let tolerance = 0;
    for (let k = 0; k < draws; k++) tolerance = Math.max(tolerance, TIE * rounding(threshold, k));
    for (let k = 0; k < draws; k++) {
      const benefit = cost.map((c, i) => threshold * effect[i][k] - c[k]);
      const highest = Math.max(...benefit);
      shares[benefit.findIndex(each => each >= highest - tolerance)] += 1 / draws;
    }
    return shares;
  });
}

/** The base case of a state: totals by strategy, the pair, the frontier, thresholds, occupancy. */
function answerOf(model, rules, { moved, choices, asked = null }) {
  const P = model.begin(model.inputs(moved), model.overrides(choices, moved));
  const programs = model.prepared(model.spec.main, P);
  const strategies = rules.strategies, pair = rules.pairOf(choices);
  const [a, b] = pair.map(name => strategies.indexOf(name));
  const effects = programs.at(-1), keep = new Float64Array((effects.K.cycles + 1) * effects.people);
  const totals = model.totals(programs, P, { keep });
  const found = { totals, pair, ...comparison(totals, a, b), ...limitsOf(model, P, pair[1], rules, { choices, asked }) };
  found.benefit = found.threshold * found.qaly - found.cost;
  const options = rules.options.map(name => strategies.indexOf(name));
  const cost = options.map(i => totals.cost[i]), qaly = options.map(i => totals.qaly[i]);
  found.frontier = frontierOf(cost, qaly);
  found.best = found.stated.map(at => bestOf(at, cost, qaly));
  found.occupancy = occupancyOf(effects, keep, [a, b], rules.states.length);
  return found;
}

/** Shares of people by state and cycle for some strategies; sub-states of a state are added up. */
function occupancyOf(program, keep, strategies, states) {
  const { people, height, traceOf, K } = program;
  return {
    years: Array.from(K.ends),
    shares: strategies.map(strategy => {
      const shares = Array.from({ length: states }, () => new Float64Array(K.cycles + 1));
      for (let t = 0; t <= K.cycles; t++) {
        const start = t * people + traceOf[strategy] * height;
        program.states.forEach((state, s) => { shares[state][t] += keep[start + s]; });
      }
      return shares;
    }),
  };
}
