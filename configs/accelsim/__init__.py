"""accelsim - runs the simulator of spatial DNN accelerators from Python.

    import accelsim
    point = accelsim.run("eyeriss", net="alexnet", layer="conv2",
                         set={"array.rows": 12})
    print(point["cycles"], point["energy_pj.total"])

`run` and `model` ask a resident `accelsim serve`, so that a point costs no
process; `sweep` runs a plan into a store and reads it.  docs/python.md goes
through all of it.  Standard library only; `Store.frame` wants pandas, and
`accelsim.plots` matplotlib.

SPDX-License-Identifier: MIT
"""

from .plan import plan_text
from .program import ProgramError, find_program
from .records import PointError, Record, frame, pareto
from .server import Server, model, run, run_all
from .store import Store, sweep

__all__ = ["PointError", "ProgramError", "Record", "Server", "Store",
           "find_program", "frame", "model", "pareto", "plan_text", "run",
           "run_all", "sweep"]
