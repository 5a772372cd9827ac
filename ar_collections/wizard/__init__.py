from . import ar_collection_hold_place, base_partner_merge
