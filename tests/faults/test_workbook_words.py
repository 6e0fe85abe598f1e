"""Lists of labels that can be read, and steps of an iteration that engines agree on."""

from hecon.report.figures.setting import Setting
from hecon.synthesis.estimate import evaluate
from hecon.synthesis.heterogeneity import DAMPING


def test_fault_33_labels_with_commas_are_quoted() -> None:
    setting = Setting(["A"], labels={"x": "Cost of PTSD, a year", "y": "Relapse"})
    assert setting.named("x") == '"Cost of PTSD, a year"'
    assert setting.named("y") == "Relapse"
    assert setting.named("x + y") == '"Cost of PTSD, a year" with Relapse'
    assert setting.named("z") == "z"


def test_fault_43_a_rounding_does_not_halve_the_steps() -> None:
    """At rest slope and trace agree but for a last digit, whose sign differs between engines."""
    values = {"damping": 1.0, "score_before": 0.5, "trace": 3.0}
    for slope, wanted in ((3.0 - 4e-16, 1.0), (3.0 + 4e-16, 1.0), (2.9, 0.5), (3.1, 1.0)):
        assert evaluate(DAMPING, {**values, "slope": slope}) == wanted
