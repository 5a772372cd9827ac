"""Pure logic: standard library only, no Odoo; ``today`` is always a parameter."""
