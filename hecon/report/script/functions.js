// Functions that the expressions of a model use. NEAR is that of hecon/engine/operations.py.
"use strict";
const NEAR = 5e-10;

/** One to any power is one, as in NumPy. */
function power(base, exponent) {
  return base === 1 ? 1 : Math.pow(base, exponent);
}

/** The value in the row of the largest key not above the key asked; below the first key, NaN. */
function lookUp(keys, values, asked) {
  const key = asked + NEAR;
  if (!(key >= keys[0])) return NaN;
  let low = 0, high = keys.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (keys[middle] <= key) low = middle;
    else high = middle;
  }
  return values[low];
}

/** What is left of Stirling's formula: log(gamma(a + 1)) less that of sqrt(2 pi a) (a / e)^a. */
function stirling(a) {
  if (a < 16) return logGamma(a + 1) - (0.5 * Math.log(2 * Math.PI * a) + a * Math.log(a) - a);
  const b = 1 / (a * a);
  return (1 / 12 - b * (1 / 360 - b * (1 / 1260 - b * (1 / 1680 - b * (1 / 1188))))) / a;
}

/** The logarithm of the gamma function above 0, by recurrence up to where Stirling's series holds. */
function logGamma(x) {
  let product = 1;
  while (x < 17) product *= x++;
  const a = x - 1;
  return stirling(a) + 0.5 * Math.log(2 * Math.PI * a) + a * Math.log(a) - a - Math.log(product);
}

/**
 * Regularised incomplete gamma function: its lower and its upper part.
 * Series and continued fraction (Abramowitz and Stegun 6.5.29 and 6.5.31); what stands before them
 * is written about x = a, so that nothing large cancels.
 */
function incompleteGamma(a, x) {
  if (!(a > 0 && x >= 0)) return [NaN, NaN];
  if (x === 0) return [0, 1];
  if (x === Infinity) return [1, 0];
  const share = (x - a) / a;
  const log = Math.abs(share) < 0.5 ? Math.log1p(share) : Math.log(x / a);
  const exponent = a * (log - share) - stirling(a);
  const before = Math.exp(exponent) / Math.sqrt(2 * Math.PI * a);
  if (x < a + 1) {
    let term = 1, sum = 1;
    for (let n = 1; term > sum * 1e-17 && n < 1e6; n++) {
      term *= x / (a + n);
      sum += term;
    }
    const lower = before * sum;
    return [lower, 1 - lower];
  }
  const tiny = 1e-300;
  let b = x + 1 - a, c = 1 / tiny, d = 1 / b, found = d;
  for (let n = 1; n < 1e6; n++) {
    const next = -n * (n - a);
    b += 2;
    d = next * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + next / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    found *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  const upper = before * a * found;
  return [1 - upper, upper];
}

/** The gamma distribution's share below a value, by shape, with scale 1. */
function gammaCdf(value, shape) {
  return incompleteGamma(shape, value)[0];
}

/** The standard normal distribution's share below a value. */
function normCdf(z) {
  if (Number.isNaN(z)) return NaN;
  const upper = incompleteGamma(0.5, (z * z) / 2)[1] / 2;
  return z < 0 ? upper : 1 - upper;
}
