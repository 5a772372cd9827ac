from . import ar_collection_hold_place
