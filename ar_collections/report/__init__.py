from . import ar_collection_notice_report
