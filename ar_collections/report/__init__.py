from . import (
    ar_collection_activity,
    ar_collection_activity_rows,
    ar_collection_comparison,
    ar_collection_contact_flaw,
    ar_collection_contact_log,
    ar_collection_nonpayment,
    ar_collection_notice_report,
    ar_collection_notice_report_copy,
    ar_collection_notice_report_print,
    ar_collection_problem,
    ar_collection_promise_report,
    xlsx,
)
