from . import (
    test_delivery,
    test_figures,
    test_ladder,
    test_run,
    test_tools,
)
