"""Interactive pictures for the lectures: they live in the browser and go on without a kernel.

To add one, say a strides explorer, write three things beside each other:

1. ``strides.js`` draws it: ``export default { render({ model, el }) { ... } }``. Import what you
   need with ``import { h, liveRegion } from "./base.js";``. Everything the picture knows is worked
   out here, in pure functions (as in ``shapes.js``) that tests call one by one.
2. ``strides.css``, if ``base.css`` is not enough. Use the ``--pl-`` colours: they follow the theme.
3. ``strides.py``: a subclass of ``base.Widget`` with ``_esm = bundle("strides.js")``,
   ``_css = style("strides.css")``, traits tagged ``sync=True``, and the still form: ``svg()`` for
   pages without JavaScript and ``describe()``, the same picture in words.

``Widget`` does the rest: a notebook shows the live widget, GitHub the SVG, a terminal the words,
and ``save("page.html")`` writes a page that needs neither kernel nor network.
"""

from tools.widgets.activation import ActivationExplorer
from tools.widgets.backward_stepper import BackwardStepper
from tools.widgets.batch_norm import BatchNormExplorer
from tools.widgets.broadcasting import BroadcastingExplorer
from tools.widgets.convolution import ConvolutionExplorer
from tools.widgets.dual_numbers import DualNumbers
from tools.widgets.indexing import IndexExplorer
from tools.widgets.number_machine import NumberMachine
from tools.widgets.promotion import PromotionTable
from tools.widgets.race import OptimizerRace
from tools.widgets.strides import StridesExplorer
from tools.widgets.training_dashboard import TrainingDashboard

__all__ = ["ActivationExplorer", "BackwardStepper", "BatchNormExplorer", "BroadcastingExplorer",
           "ConvolutionExplorer", "DualNumbers", "IndexExplorer", "NumberMachine",
           "OptimizerRace", "PromotionTable", "StridesExplorer", "TrainingDashboard"]  # fmt: skip
