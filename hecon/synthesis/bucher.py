"""Indirect comparison of two treatments through a common comparator."""

from hecon.engine.expression import Expr, parse
from hecon.synthesis.estimate import Estimate, evaluate

#: A against B from A against C and B against C.
INDIRECT: Expr = parse("a_v_c - b_v_c")
INDIRECT_SE: Expr = parse("sqrt(se_a_v_c ** 2 + se_b_v_c ** 2)")


def indirect(a_v_c: Estimate, b_v_c: Estimate) -> Estimate:
    """A against B, anchored in C (Bucher et al. 1997, J Clin Epidemiol 50:683).

    The comparisons must come from different studies: the variances add.
    """
    values = {
        "a_v_c": a_v_c.estimate,
        "b_v_c": b_v_c.estimate,
        "se_a_v_c": a_v_c.se,
        "se_b_v_c": b_v_c.se,
    }
    return Estimate(float(evaluate(INDIRECT, values)), float(evaluate(INDIRECT_SE, values)))
