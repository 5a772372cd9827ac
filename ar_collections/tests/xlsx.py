import io

import openpyxl


def read_workbook(content):
    """dict name of the sheet -> its rows of plain values, formulas as their text."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}
