// Drawings of the answer: points, lines, areas and bars on axes with labels.
"use strict";
const COLOURS = ["#0072b2", "#d55e00", "#00714f", "#7a3b8f", "#8a6d00", "#52606d", "#a63c5c", "#2b6f87"];
const DASHES = ["", "6 3", "2 3", "8 3 2 3", "1 2", "10 4", "4 2 1 2", "3 1"];
const BOX = { width: 440, height: 300, left: 74, right: 14, top: 14, bottom: 46 };

/** Round values that divide a range in about so many parts. */
function ticks(low, high, about = 5) {
  const rough = (high - low) / about, digit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map(m => m * digit).find(each => each >= rough * 0.999);
  const found = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-9; v += step) found.push(Math.abs(v) < step * 1e-9 ? 0 : v);
  return found;
}

/** A range around values, zero within it. */
function around(values) {
  let low = 0, high = 0;
  for (const v of values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return low === high ? [low - 1, high + 1] : [low - (low < 0 ? 0.05 * (high - low) : 0), high + (high > 0 ? 0.05 * (high - low) : 0)];
}

/** A drawing with axes; `marks` draws on it with the places of values. */
function chart({ title, said, x, y, key = [], marks }) {
  const { width, height, left, right, top, bottom } = BOX;
  const across = v => left + ((v - x.range[0]) / (x.range[1] - x.range[0])) * (width - left - right);
  const up = v => height - bottom - ((v - y.range[0]) / (y.range[1] - y.range[0])) * (height - top - bottom);
  const parts = [];
  for (const v of ticks(...x.range)) {
    parts.push(svg("line", { x1: across(v), x2: across(v), y1: top, y2: height - bottom, class: v === 0 ? "zero" : "grid" }));
    parts.push(svg("text", { x: across(v), y: height - bottom + 16, "text-anchor": "middle" }, x.write(v)));
  }
  for (const v of ticks(...y.range)) {
    parts.push(svg("line", { x1: left, x2: width - right, y1: up(v), y2: up(v), class: v === 0 ? "zero" : "grid" }));
    parts.push(svg("text", { x: left - 6, y: up(v) + 4, "text-anchor": "end" }, y.write(v)));
  }
  parts.push(svg("text", { x: (left + width - right) / 2, y: height - 8, "text-anchor": "middle" }, x.label));
  parts.push(svg("text", { transform: `translate(12 ${(top + height - bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }, y.label));
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}. ${said}` },
    ...parts,
    ...marks(across, up),
  );
  const keys = key.map((name, i) => el("li", {}, swatch(i), name));
  return el("figure", {}, el("figcaption", {}, title), drawing, key.length ? el("ul", { class: "key" }, ...keys) : null, el("p", { class: "note" }, said));
}

function swatch(i) {
  const line = svg("line", { x1: 0, x2: 26, y1: 6, y2: 6, stroke: COLOURS[i % COLOURS.length], "stroke-width": 4, "stroke-dasharray": DASHES[i % DASHES.length] });
  return svg("svg", { viewBox: "0 0 26 12", width: 26, height: 12, "aria-hidden": "true" }, line);
}

/** Lines through points, each with a colour and a pattern of its own. */
function lines(series, xs) {
  return (across, up) => series.map((ys, i) => svg("polyline", {
    points: Array.from(ys, (v, k) => `${across(xs[k]).toFixed(1)},${up(v).toFixed(1)}`).join(" "),
    fill: "none",
    stroke: COLOURS[i % COLOURS.length],
    "stroke-width": 2,
    "stroke-dasharray": DASHES[i % DASHES.length],
  }));
}

/** A cloud of points as one path, a cross at its mean, and the line of a threshold. */
function cloud(xs, ys, mean, threshold, range) {
  return (across, up) => {
    const path = Array.from(xs, (v, k) => `M${across(v).toFixed(1)} ${up(ys[k]).toFixed(1)}h.01`).join("");
    const [low, high] = clipped(threshold, range);
    const [mx, my] = [across(mean[0]), up(mean[1])];
    return [
      svg("path", { d: path, stroke: COLOURS[0], "stroke-width": 3, "stroke-linecap": "round", opacity: 0.35 }),
      Number.isFinite(threshold)
        ? svg("line", { x1: across(low), x2: across(high), y1: up(low * threshold), y2: up(high * threshold), stroke: "#1f2933", "stroke-dasharray": "6 3" })
        : svg("g"),
      svg("path", { d: `M${mx - 7} ${my}h14M${mx} ${my - 7}v14`, stroke: "#8b1a1a", "stroke-width": 3 }),
    ];
  };
}

/** Ends of the line through zero with a slope, within the ranges of both axes. */
function clipped(slope, [[left, right], [low, high]]) {
  if (slope === 0) return [left, right];
  return [Math.max(left, low / slope), Math.min(right, high / slope)];
}

/** Bars that begin at zero. */
function bars(values, wide) {
  return (across, up) => values.map((v, i) => svg("rect", {
    x: across(i + 1 - wide / 2),
    width: across(i + 1 + wide / 2) - across(i + 1 - wide / 2),
    y: Math.min(up(v), up(0)),
    height: Math.abs(up(v) - up(0)),
    fill: COLOURS[0],
  }));
}
