"""Where the report says that something stands, it does."""

from hecon.report.sections.guideline_section import WHERE


def test_places_of_demands_are_sections_of_the_report(sections):
    titles = {s.title.format(effect="QALY", effects="QALYs") for s in sections}
    assert {title for titles in WHERE.values() for title in titles} <= titles


def test_a_verdict_by_hand_has_its_place_and_reason(sections):
    (found,) = [s for s in sections if s.name == "guideline"]
    demands = found.tables[0].frame
    by_hand = demands[demands["by_hand"]]
    assert len(by_hand)
    assert by_hand["where"].all()
    assert by_hand["note"].all()
