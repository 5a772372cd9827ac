"""Remittance advices as debtors send them; used by several tests."""

import io
import zipfile

import xlsxwriter

CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">
 <BkToCstmrDbtCdtNtfctn><Ntfctn><Ntry>
  <Amt Ccy="EUR">1960.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
  <ValDt><Dt>2026-11-16</Dt></ValDt>
  <NtryDtls>
   <TxDtls>
    <Refs><EndToEndId>PAY-77</EndToEndId></Refs>
    <Amt Ccy="EUR">1460.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
    <RltdPties><Dbtr><Pty><Nm>Alpha GmbH</Nm></Pty></Dbtr></RltdPties>
    <RmtInf>
     <Strd><RfrdDocInf><Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp><Nb>INV/1</Nb>
       <RltdDt>2026-10-01</RltdDt></RfrdDocInf>
      <RfrdDocAmt><DuePyblAmt Ccy="EUR">1000.00</DuePyblAmt>
       <DscntApldAmt><Amt Ccy="EUR">20.00</Amt></DscntApldAmt>
       <RmtdAmt Ccy="EUR">980.00</RmtdAmt></RfrdDocAmt></Strd>
     <Strd><RfrdDocInf><Nb>INV/2</Nb></RfrdDocInf>
      <RfrdDocAmt><DuePyblAmt Ccy="EUR">500.00</DuePyblAmt>
       <AdjstmntAmtAndRsn><Amt Ccy="EUR">20.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
        <Rsn>FRT</Rsn></AdjstmntAmtAndRsn>
       <RmtdAmt Ccy="EUR">480.00</RmtdAmt></RfrdDocAmt></Strd>
    </RmtInf>
   </TxDtls>
   <TxDtls>
    <Amt Ccy="EUR">500.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
    <RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf>
   </TxDtls>
   <TxDtls>
    <Amt Ccy="EUR">9.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>
    <RmtInf><Ustrd>INV/3 9.00</Ustrd></RmtInf>
   </TxDtls>
  </NtryDtls>
 </Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn>
</Document>"""

#: ISA is 106 characters; what is between its elements and after its segments is free.
ISA = (
    "ISA*00*          *00*          *ZZ*ALPHA          *ZZ*HALDEN         "
    "*261116*0900*U*00401*000000077*0*P*>~"
)
EDI = ISA + (
    "GS*RA*ALPHA*HALDEN*20261116*0900*1*X*004010~"
    "ST*820*0001~"
    "BPR*C*1460.00*C*ACH*CTX*01*021000021*DA*123*1999999999**01*021000021*DA*456*20261116~"
    "TRN*1*PAY-77~"
    "CUR*PR*USD~"
    "N1*PE*Halden Instruments~"
    "N1*PR*Alpha Inc~"
    "ENT*1~"
    "RMR*IV*INV/1**980.00*1000.00*20.00~"
    "DTM*003*20261001~"
    "RMR*IV*INV/2**530.00*550.00~"
    "ADX*-20.00*06~"
    "RMR*CM*RINV/9**-50.00~"
    "SE*11*0001~"
    "GE*1*1~IEA*1*000000077~"
)


def spreadsheet(rows, dates=(), formulas=()):
    """The bytes of an XLSX. :param dates, formulas: (row, column) of such cells."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd.mm.yyyy"})
        for number, row in enumerate(rows):
            for index, cell in enumerate(row):
                if (number, index) in dates:
                    sheet.write_datetime(number, index, cell, day)
                elif (number, index) in formulas:
                    formula, value = cell
                    sheet.write_formula(number, index, formula, None, value)
                elif isinstance(cell, str):
                    sheet.write_string(number, index, cell)
                else:
                    sheet.write(number, index, cell)
    return buffer.getvalue()


def with_part(data, name, content):
    """The spreadsheet with one part replaced."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return buffer.getvalue()
