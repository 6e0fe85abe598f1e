"""Survival curves as formulas, so that each has all faces that arithmetic has.

The parameters are those of R's flexsurv: Jackson (2016), flexsurv: a platform for parametric
survival modeling in R, Journal of Statistical Software 70(8); the generalised gamma is that of
Prentice (1974).
"""

#: Names of the arguments and the share that survives time `t`, by function.
SURVIVAL: dict[str, tuple[tuple[str, ...], str]] = {
    "surv_exponential": (("t", "rate"), "exp(-rate * max(t, 0))"),
    "surv_weibull": (("t", "shape", "scale"), "exp(-(max(t, 0) / scale) ** shape)"),
    "surv_gompertz": (
        ("t", "shape", "rate"),
        "exp(-rate * (max(t, 0) if shape == 0 else (exp(shape * max(t, 0)) - 1) / shape))",
    ),
    "surv_loglogistic": (("t", "shape", "scale"), "1 / (1 + (max(t, 0) / scale) ** shape)"),
    "surv_lognormal": (
        ("t", "meanlog", "sdlog"),
        "1 if t <= 0 else norm_cdf((meanlog - log(t)) / sdlog)",
    ),
    "surv_gengamma": (
        ("t", "mu", "sigma", "q"),
        "1 if t <= 0 else (norm_cdf((mu - log(t)) / sigma) if q == 0 else "
        "(1 if q > 0 else 0) + (-1 if q > 0 else 1) * "
        "gamma_cdf(exp(q * (log(t) - mu) / sigma) / q ** 2, 1 / q ** 2))",
    ),
}
