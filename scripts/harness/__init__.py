"""What the scripts share: paths, processes and databases of this checkout's own Odoo.

Run with ``scripts/python -m harness.<module>``; nothing here imports Odoo.
"""
