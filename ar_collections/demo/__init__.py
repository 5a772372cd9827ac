from . import (
    ar_collection_demo,
    ar_collection_demo_calls,
    ar_collection_demo_collecting,
    ar_collection_demo_company,
    ar_collection_demo_evidence,
    ar_collection_demo_ledger,
    ar_collection_demo_notices,
    ar_collection_demo_parties,
    ar_collection_demo_promises,
    ar_collection_demo_team,
    ar_collection_demo_trackers,
    ar_collection_demo_worklist,
)
