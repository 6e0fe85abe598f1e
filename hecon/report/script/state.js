// What differs from the base case: read from a link as text that nobody vouches for, and saved.
"use strict";
const OPENING = "with&", ASKED = "judged-at";
/** Kinds of choices, in the order in which they are made. */
const RULES = ["counted", "severity", "discounting"];
const KINDS_OF_CHOICE = [...RULES, "budget", "subgroup", "perspective", "scenario"];

/** The base case: nothing moved, nothing chosen, judged as the jurisdiction does. */
function baseState() {
  return { moved: {}, asked: null, ...Object.fromEntries(KINDS_OF_CHOICE.map(kind => [kind, null])) };
}

/** Why a value can't be in an input, or nothing. */
function problemOf(writer, input, value) {
  const [low, high] = input.bounds;
  if (Number.isFinite(value) && !(low !== null && value < low) && !(high !== null && value > high)) return null;
  const ends = { low: low === null ? "" : writer.number(low), high: high === null ? "" : writer.number(high) };
  const name = low === null ? (high === null ? "a_number" : "at_most") : high === null ? "at_least" : "from_to";
  const shown = Number.isFinite(value) ? writer.number(value) : "?";
  return writer.say("out_of_range", { label: input.label, value: shown, allowed: writer.say(name, ends) });
}

/** The state that a link's end asks for, and the names in it that mean nothing here. */
function stateOf(hash, inputs, choices, writer) {
  const state = baseState();
  const unknown = [];
  if (!hash.startsWith(`#${OPENING}`)) return { state, unknown };
  for (const [name, text] of new URLSearchParams(hash.slice(OPENING.length + 1))) {
    if (KINDS_OF_CHOICE.includes(name)) {
      const found = choices.find(choice => choice.kind === name && choice.id === text);
      if (found) state[name] = found.index;
      else unknown.push(text);
      continue;
    }
    const input = inputs.get(name), value = text.trim() === "" ? NaN : Number(text);
    if (name === ASKED && value >= 0 && value < Infinity) {
      state.asked = value;
      continue;
    }
    if (!input || input.shares || problemOf(writer, input, value)) unknown.push(name);
    else if (value !== input.value) state.moved[name] = value;
  }
  return { state, unknown };
}

/** The end of a link to a state; nothing for the base case. */
function hashOf(state, choices) {
  const found = new URLSearchParams();
  for (const kind of KINDS_OF_CHOICE) if (state[kind] !== null) found.append(kind, choices[state[kind]].id);
  if (state.asked !== null) found.append(ASKED, String(state.asked));
  for (const [name, value] of Object.entries(state.moved)) found.append(name, String(value));
  const text = found.toString();
  return text ? `#${OPENING}${text}` : "";
}

/** A cell of a CSV file. */
function quoted(text) {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Rows for a file of scenarios, header and line, and its name; no text where formulas of a choice
 * can't stand in it. What moves inputs of the budget is a scenario of the budget.
 */
function scenarioRow(state, inputs, choices, writer) {
  const set = new Map(), moved = Object.keys(state.moved).map(key => inputs.get(key));
  const ofBudget = state.budget !== null || moved.some(input => input.budget);
  const file = ofBudget ? "budget_scenarios.csv" : "scenarios.csv";
  for (const kind of KINDS_OF_CHOICE) {
    for (const [name, value] of state[kind] === null ? [] : choices[state[kind]].sets) {
      if (value === null) return { file, text: null };
      set.set(name, value);
    }
  }
  for (const [key, value] of Object.entries(state.moved)) set.set(inputs.get(key).column, value);
  const news = moved.length || state.discounting !== null || state.counted !== null;
  if (!news || state.severity !== null || state.asked !== null) return { file, text: null };
  const row = {
    id: "PAGE",
    title: writer.words.tried,
    changes: [...set].map(([name, value]) => `${name} = ${plain(value)}`).join("; "),
    currency: writer.signs.currency,
    price_year: writer.signs.price_year,
    compare: state.scenario === null ? "" : choices[state.scenario].compare.join(" v "),
    source: writer.words.source,
    status: "assumption",
  };
  const text = [Object.keys(row), Object.values(row)].map(line => line.map(quoted).join(",")).join("\n") + "\n";
  return { file, text };
}

/** A number in decimal digits as a formula takes it. */
function plain(value) {
  return String(value).replace("+", "");
}

/** A file of values for `hecon run`, and the command that takes it; nothing where no value will do. */
function inputsFile(state, inputs, choices, names) {
  const said = text => `"${text.replace(/["$`\\]/g, "\\$&")}"`, chosen = kind => choices[state[kind]];
  const named = ["scenario", "subgroup"].filter(kind => state[kind] !== null);
  const options = named.map(kind => `--${kind} ${said(chosen(kind).id)}`);
  const set = new Map(), columns = new Map([...inputs.values()].map(input => [input.column, input.key]));
  if (state.severity !== null || state.asked !== null) return null;
  for (const kind of ["counted", "discounting", "budget", "perspective"]) {
    for (const [name, value] of state[kind] === null ? [] : chosen(kind).sets) {
      if (value === null || !columns.has(name)) return null;
      set.set(columns.get(name), value);
    }
  }
  for (const [key, value] of Object.entries(state.moved)) set.set(key, value);
  const lines = [...set].map(([name, value]) => `${name} = ${plain(value)}\n`);
  const file = `${names.study}_${names.jurisdiction}_inputs.txt`;
  if (lines.length) options.push(`--set-from ${file}`);
  return {
    file,
    text: lines.join(""),
    command: [`hecon run inputs/studies/${names.study} --jurisdiction ${names.jurisdiction}`, ...options].join(" "),
  };
}
