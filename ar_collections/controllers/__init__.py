from . import dispute, plan, xlsx
