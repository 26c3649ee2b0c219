"""optuna_stand_in.py - of Optuna's interface what docs/python.md uses, for a
Python that lacks it: trials are drawn evenly, and the least value is the best.
SPDX-License-Identifier: MIT
"""

import random
import types

logging = types.SimpleNamespace(WARNING=30, set_verbosity=lambda level: None)


class Trial:
    """A point that is asked for."""

    def __init__(self, draw):
        self.params = {}
        self.value = None
        self._draw = draw

    def suggest_int(self, name, low, high):
        self.params.setdefault(name, self._draw.randint(low, high))
        return self.params[name]


class Study:
    """Trials, and the best of them."""

    def __init__(self):
        self.trials = []
        self._draw = random.Random(1)

    def optimize(self, objective, n_trials):
        for _ in range(n_trials):
            trial = Trial(self._draw)
            trial.value = float(objective(trial))
            self.trials.append(trial)

    @property
    def best_trial(self):
        return min(self.trials, key=lambda trial: trial.value)

    @property
    def best_params(self):
        return self.best_trial.params

    @property
    def best_value(self):
        return self.best_trial.value


def create_study():
    return Study()
