from . import (
    test_api,
    test_delivery,
    test_figures,
    test_ladder,
    test_run,
    test_today,
    test_tools,
)
