"""The independent synthesis and the arms it was made from, read for the tests."""

import math
from pathlib import Path

import numpy as np
import pandas as pd

from hecon.synthesis.contrasts import Contrasts, combined, from_arms, from_differences
from hecon.synthesis.conversion import se_from_interval
from hecon.synthesis.estimate import Estimate

DATA = Path(__file__).parents[1] / "data" / "synthesis"
MEASURES = {"lnOR": "log odds ratio", "lnRR": "log risk ratio"}


def log_ratio(ratio, low, high):
    """A published ratio with its interval, on the log scale."""
    return Estimate(math.log(ratio), se_from_interval(math.log(low), math.log(high)))


def table(name):
    return pd.read_csv(DATA / f"{name}.csv")


def arms(studies, treatment, *, timepoint=None):
    """One row a study, in the order asked for."""
    trials = table("trials")
    found = trials[trials["treatment_class"] == treatment]
    if timepoint is not None:
        found = found[found["timepoint"] == timepoint]
    return found.drop_duplicates("study").set_index("study").loc[list(studies)]


DIAGNOSED = (
    *("Mitchell 2021 (MAPP1)", "Mitchell 2023 (MAPP2)", "van den Berg 2015", "Rothbaum 2005"),
    *("Yehuda 2014", "Monson 2006", "Efendi 2020", "Bisson 2020", "Sloan 2012", "Zoellner 2017"),
)


def symptom_contrasts(*, clinician=False, sets=("verified", "headtohead"), without=()):
    """Hedges' g, placebo with therapy taken as supportive therapy."""
    found = table("nma_contrasts")
    found = found[found["set"].isin(sets) & ~found["study"].isin(without)]
    if clinician:
        found = found[found["rating"] == "clinician"]
    # Foa 2018 has two arms of PE, massed (against minimal attention) and spaced (against PCT);
    # Franklin 2017 gives PE in two ways, A and B
    spaced = found["note"].fillna("").str.contains("spaced")
    label = found["arm1_letter"].where(found["study"] == "Franklin 2017", "")
    return from_differences(
        pd.DataFrame(
            {
                "study": found["study"],
                "treatment": found["treat1"],
                "arm": label.where(~spaced, "spaced"),
                "against": found["treat2"].replace("PBO+THERAPY", "SUPPORTIVE"),
                "estimate": found["g"],
                "se": found["se"],
                "n": found["n1"],
                "n_against": found["n2"],
                "scale": "SMD",
            }
        )
    )


def diagnosis_contrasts(*, memory=False):
    """Log odds ratios of losing the diagnosis: counts, and Schnurr 2007's published ratio."""
    trials = table("trials")
    studies = [*DIAGNOSED, *(["Resick 2002", "Schnurr 2022"] if memory else [])]
    found = trials[trials["study"].isin(studies)]
    arms = pd.DataFrame(
        {
            "study": found["study"],
            "treatment": found["treatment_class"].replace("PBO+THERAPY", "SUPPORTIVE"),
            "events": found["events_lod"],
            "n": found["n_assessed"],
        }
    )
    schnurr = log_ratio(1.80, 1.10, 2.96)
    published = pd.DataFrame(
        {
            "study": ["Schnurr 2007"],
            "treatment": ["PE"],
            "against": ["SUPPORTIVE"],
            "estimate": [schnurr.estimate],
            "se": [schnurr.se],
            "scale": ["log odds ratio"],
        }
    )
    return combined(from_arms("log odds ratio", arms), from_differences(published))


OUTLIERS = ("Jarero 2019", "Alsheikh Ali 2020")
NETWORKS = {
    "g, verified database contrasts only (PE-supportive indirect via waitlist)": lambda: (
        symptom_contrasts(sets=("verified",))
    ),
    "g, verified + head-to-head (some sizes MEMORY)": symptom_contrasts,
    "g, all incl. MDMA phase 2": lambda: symptom_contrasts(
        sets=("verified", "headtohead", "phase2")
    ),
    "g, excluding outliers Jarero 2019 and Alsheikh Ali 2020": lambda: symptom_contrasts(
        without=OUTLIERS
    ),
    "g, clinician-rated only": lambda: symptom_contrasts(clinician=True),
    "LOD, verified/derived trials": diagnosis_contrasts,
    "LOD, incl. MEMORY trials (Resick 2002, Schnurr 2022)": lambda: diagnosis_contrasts(
        memory=True
    ),
}


def senn():
    """Senn et al. 2013, HbA1c; the three-arm trial's variances from its three standard errors."""
    found = table("senn2013")
    willms = found[found["study"] == "Willms1999"].set_index(["treatment", "against"])["se"] ** 2
    placebo = (
        willms["Metformin", "Placebo"]
        + willms["Acarbose", "Placebo"]
        - willms["Metformin", "Acarbose"]
    ) / 2
    implied = (found["study"] == "Willms1999") & (found["against"] == "Acarbose")
    found = found[~implied].sort_values(["study", "treatment"], ignore_index=True)
    covariance = np.diag(found["se"] ** 2)
    i, j = np.flatnonzero(found["study"] == "Willms1999")
    covariance[i, j] = covariance[j, i] = placebo
    pairs = tuple(
        ((row.study, row.treatment, ""), (row.study, row.against, "")) for row in found.itertuples()
    )
    return Contrasts("difference", pairs, found["estimate"].to_numpy(), covariance)
