import doctest
import importlib
import pkgutil

from odoo.addons.ar_collections import tools
from odoo.tests import BaseCase, tagged


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    """The examples in the documentation of the pure modules hold."""

    def test_doctests(self):
        tried = 0
        for info in pkgutil.iter_modules(tools.__path__):
            module = importlib.import_module(f"{tools.__name__}.{info.name}")
            with self.subTest(module=info.name):
                result = doctest.testmod(module)
                self.assertFalse(result.failed)
                tried += result.attempted
        self.assertGreater(tried, 30)
