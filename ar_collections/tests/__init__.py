from . import (
    test_api,
    test_delivery,
    test_figures,
    test_hold,
    test_hold_place,
    test_invoice,
    test_ladder,
    test_refresh,
    test_refresh_rules,
    test_run,
    test_today,
    test_tools,
)
