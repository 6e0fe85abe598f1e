"""All inputs at once: what is said of the spread of effects, and of what acts alone."""

import pandas as pd
import pytest

from hecon.analyses.global_sensitivity import morris_table, sobol_table
from hecon.report.sections.global_sensitivity_section import section

NAN = float("nan")


def effects(names, mu, sigma):
    found = pd.DataFrame({"parameter": names, "mu_star": 100.0, "mu": mu, "sigma": sigma})
    return found.assign(mu_star_low=90.0, mu_star_high=110.0, idle=False)


def of_morris(run_of, found):
    return section(run_of(method="morris").knowing({morris_table: found}))


def test_sigma_is_spoken_of_where_there_is_one(run_of, said):
    both = effects(["gain + root", "price"], [NAN, -100.0], [NAN, 120.0])
    text = " ".join(said(of_morris(run_of, both)))
    assert "For price" in text
    assert "sigma is as large as mu*" in text
    assert "sampled as one" in text
    text = " ".join(said(of_morris(run_of, effects(["price"], [-100.0], [20.0]))))
    assert "No sigma is as large as mu*" in text
    assert "sampled as one" not in text
    text = " ".join(said(of_morris(run_of, effects(["gain + root"], [NAN], [NAN]))))
    assert "as large as mu*" not in text


@pytest.mark.parametrize(
    ("first", "text"),
    [
        (0.4, "The inputs acting alone explain 80 % of it; the rest is how they act together."),
        (0.499, "The inputs acting alone explain all of it."),
        (0.5, "The inputs acting alone explain all of it."),
        (0.6, "more than all, by sampling error"),
    ],
)
def test_no_share_above_all_of_it_without_a_word(run_of, said, first, text):
    shares = {"first_order": first, "total": 0.5}
    ends = {f"{n}{end}": v for n, v in shares.items() for end in ("", "_low", "_high")}
    found = pd.DataFrame({"parameter": ["gain", "price"], "idle": False, **ends})
    run = run_of(method="sobol").knowing({sobol_table: found.assign(members=found["parameter"])})
    assert text in " ".join(said(section(run)))
