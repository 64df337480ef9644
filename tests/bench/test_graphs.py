"""The table of eager against captured."""

import math

from typer.testing import CliRunner

from tools.bench import graphs
from tools.commands import bench


def test_every_case_is_measured_and_agrees():
    result = CliRunner().invoke(bench.app, ["graphs", "--quick"], env={"COLUMNS": "160"})
    assert result.exit_code == 0, result.output
    for case in graphs.CASES:
        assert case.name in result.output


def test_when_a_capture_pays_for_itself():
    def measured(eager, optimised):
        return graphs.Measured("", eager, optimised, optimised, 1.0, (1, 1), (0, 0))

    assert measured(0.3, 0.2).pays_after == 1.0 / (0.3 - 0.2)
    assert math.isinf(measured(0.2, 0.3).pays_after)
    assert "never" in str([*graphs.table([measured(0.2, 0.3)], 1).columns[6].cells])
