from . import plan, xlsx
