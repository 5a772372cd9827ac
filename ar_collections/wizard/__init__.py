from . import (
    ar_collection_approval_refuse,
    ar_collection_hold_place,
    ar_collection_policy_catch_up,
    ar_collection_policy_catch_up_former,
    ar_collection_problem_dismiss,
    ar_collection_run_replay,
    ar_collection_run_replay_items,
    ar_collection_run_simulate,
    ar_collection_schedule,
    ar_collection_snooze,
    ar_collection_worklist_export,
    base_partner_merge,
)
