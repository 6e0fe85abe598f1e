"""What a unit of effect may cost, in a country without a rule of severity."""

from hecon.report.sections import severity_section


def test_fault_29_no_word_of_severity_where_there_is_no_rule(run_of, algebra, table_of):
    assert algebra.jurisdiction.definition.severity is None
    section = severity_section.section(run_of())
    shown = table_of(section, "severity")
    assert "everity" not in shown.caption
    assert [c.key for c in shown.columns if c.shown] == ["threshold"]
    assert shown.frame["threshold"].tolist() == shown.frame["opportunity_cost"].tolist()
