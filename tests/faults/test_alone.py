"""A command that runs one analysis alone: what it can't give is a message, never silence."""

import pytest
import tiny
from typer.testing import CliRunner

from hecon.cli import app


def outcome(folder, *words):
    found = CliRunner().invoke(app, [words[0], str(folder), *words[1:], "--out", str(folder)])
    return found.exit_code, " ".join(found.output.split())


@pytest.fixture
def study(tmp_path):
    return tiny.write(tmp_path / "tiny")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("price",), "names no price"),
        (("trial",), "no input has a distribution"),
        (("scenarios",), "has no scenarios"),
        (("psa", "--draws", "10"), "no input has a distribution"),
        (("sensitivity", "--method", "sobol"), "no input has a distribution"),
    ],
)
def test_fault_44_what_a_study_has_not_is_a_message(study, words, why):
    code, said = outcome(study, *words)
    assert code == 2
    assert why in said
    assert "Tables:" not in said
    assert not (study / "outputs").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--method", "sobol", "--trajectories", "10"), "has no meaning with --method sobol"),
        (("--method", "morris", "--samples", "8"), "has no meaning with --method morris"),
        (("--method", "morris", "--trajectories", "10000000"), "1000"),
        (("--samples", "100000000"), "1048576"),
        (("--samples", "1000"), "power of two"),
    ],
)
def test_fault_73_85_an_option_is_heeded_or_refused(study, words, why):
    code, said = outcome(study, "sensitivity", *words)
    assert code == 2
    assert why in said
