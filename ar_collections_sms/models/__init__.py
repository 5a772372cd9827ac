from . import ar_collection_level, ar_collection_notice, sms_tracker
