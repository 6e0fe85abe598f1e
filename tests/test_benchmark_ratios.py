"""The benchmark must be able to show a slowdown."""

from benchmarks import ratios


def test_a_slowdown_is_named_and_noise_is_not(tmp_path):
    path = tmp_path / "ratios.csv"
    ratios.write([("hecon", "peer", 0.8, 0.7, 0.9), ("PTSD", "kernel", 0.1, 0.09, 0.12)], path)
    last = ratios.committed(path)
    assert last == {("hecon", "peer"): 0.8, ("PTSD", "kernel"): 0.1}
    now = [("hecon", "peer", 1.3, 0.95, 1.6), ("PTSD", "kernel", 0.2, 0.19, 0.2)]
    assert ratios.slowdowns(now, last) == ["PTSD: 0.2 x kernel, was 0.1"]
    assert ratios.slowdowns([("new", "peer", 9.0, 9.0, 9.0)], last) == []


def test_a_table_is_committed():
    assert ("PTSD, 10,000 draws", "numpy kernel") in ratios.committed()
