from . import ar_collection_demo
from . import ar_collection_demo_company
from . import ar_collection_demo_parties
from . import ar_collection_demo_ledger
from . import ar_collection_demo_evidence
from . import ar_collection_demo_collecting
