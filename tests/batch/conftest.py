"""Two small countries and a study, copied where a test may spoil them, and plans over them."""

import shutil

import pytest
from small_batch import SMALL, edit

from hecon.batch.batch_files import write_batch
from hecon.batch.run_batch import do_batch, read_batch
from hecon.batch.store import STORE, Store


@pytest.fixture
def inputs(tmp_path):
    """The small study with two jurisdictions beside it: Testland, and Nearby with other rates."""
    for name in ("studies", "jurisdictions"):
        shutil.copytree(SMALL / name, tmp_path / name)
    nearby = tmp_path / "jurisdictions" / "nearby"
    shutil.copytree(tmp_path / "jurisdictions" / "testland", nearby)
    edit(nearby / "jurisdiction.toml", '"testland"', '"nearby"')
    edit(nearby / "jurisdiction.toml", '"Testland"', '"Nearby"')
    edit(nearby / "jurisdiction.toml", '"0.04"', '"0.03"')
    return tmp_path


@pytest.fixture
def plan(inputs):
    """Writes a plan, by default of everything, and gives its path."""

    def written(*grids, name="plan"):
        path = inputs / f"{name}.toml"
        every = 'studies = ["studies/small"]\njurisdictions = ["testland", "nearby"]\n'
        path.write_text("".join(f"[[grid]]\n{every}{grid}\n" for grid in grids or ("",)))
        return path

    return written


@pytest.fixture
def run(inputs):
    """Does a plan into a folder; gives its table's bytes, the jobs done and the faults."""

    def done(path, out="out", workers=1, address=""):
        batch = read_batch(path, Store(inputs / out / STORE))
        counted, told = [0], []
        results, faults = do_batch(
            batch, workers, address, lambda n, _: counted.append(n), told.append
        )
        folder = write_batch(batch, results, faults, inputs / out, report=False).tables
        return folder, counted[-1], faults

    return done
